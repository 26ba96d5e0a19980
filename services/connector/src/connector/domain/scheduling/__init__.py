"""When work is due, and how fast a provider is asked."""
