"""What reaches the mapper from outside: HTTP, Kafka records and timers."""
