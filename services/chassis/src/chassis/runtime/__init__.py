"""Starts, runs and stops a service."""
