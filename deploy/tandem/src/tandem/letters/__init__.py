"""Dead letters on Kafka: reading them, and putting them back."""
