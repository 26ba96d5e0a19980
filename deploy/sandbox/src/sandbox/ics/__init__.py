"""Real calendar files (RFC 5545) for the simulated account, moved to the coming weeks, put in as a person would."""
