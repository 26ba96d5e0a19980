"""What changed in a calendar since it was last read."""
