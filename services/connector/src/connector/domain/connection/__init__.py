"""The life of a connection: settings, lifecycle, push channel, lease and status."""
