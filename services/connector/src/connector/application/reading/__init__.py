"""Reading a calendar: pulls, replays, and publishing what changed."""
