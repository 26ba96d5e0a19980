"""Logs, metrics, traces and correlation ids."""
