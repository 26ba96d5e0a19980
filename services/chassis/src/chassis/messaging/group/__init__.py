"""A service as a member of a consumer group: one for all its topics, each of which is processed by itself."""
