"""The use cases of the mapper: each brings the rules of `domain` together with database and topics."""
