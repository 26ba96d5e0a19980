"""Activities, types, users and linked items."""
