"""The HTTP surface of the mapper."""
