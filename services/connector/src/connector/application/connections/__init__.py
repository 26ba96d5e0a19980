"""What becomes of a connection: connecting, settings, push channels, teardown."""
