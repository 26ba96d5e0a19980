"""Kafka: topics, publishing, consuming, dead letters and the health of consumers."""
