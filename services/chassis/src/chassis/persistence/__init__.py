"""Versioned documents with an outbox in MongoDB, and the relay that publishes what stands there."""
