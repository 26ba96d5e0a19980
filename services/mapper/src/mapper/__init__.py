"""The rules of the sync: direction, types, time, merge and deletion, one link at a time."""
