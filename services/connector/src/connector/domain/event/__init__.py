"""What an event is, whichever provider it came from: its content hash, its redaction, and the window it lies in."""
