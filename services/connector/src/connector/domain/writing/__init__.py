"""Writing to a calendar: what a write finds there, and how a command ends."""
