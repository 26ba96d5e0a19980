"""What the answers to our commands mean for a link."""
