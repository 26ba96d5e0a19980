"""Calendars that several colleagues sync (A10)."""
