"""What reaches the connector from outside: HTTP, Kafka records and timers."""
