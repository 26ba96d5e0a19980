"""What the connector stands on: its collections, OAuth, credentials and the guarded way to a provider."""
