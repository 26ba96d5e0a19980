"""Connections: their settings, replays, passes over their links, and how far they are."""
