"""Descriptions that providers hold as HTML: read as text, written as HTML, edited without losing markup (F6, F9)."""
