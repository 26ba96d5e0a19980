"""The HTTP surface of the activity store."""
