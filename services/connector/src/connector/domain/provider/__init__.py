"""The port to calendar providers: what is asked of one, and what can go wrong."""
