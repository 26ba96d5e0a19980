"""What the connector has stored of each calendar it reads: its events and its series."""
