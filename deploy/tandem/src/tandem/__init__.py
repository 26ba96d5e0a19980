"""`tandem`: what operators do with a running system, over the services' HTTP interfaces and Kafka alone."""
