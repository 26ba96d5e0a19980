"""The use cases of the activity store."""
