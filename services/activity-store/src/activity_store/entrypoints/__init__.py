"""What reaches the activity store from outside: HTTP, Kafka records and timers."""
