"""Writing to a calendar: events put and removed, and the outcome of each command."""
