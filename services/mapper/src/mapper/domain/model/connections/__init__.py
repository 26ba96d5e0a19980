"""A connection as the mapper knows it: its settings, its replay, and what waits for its user."""
