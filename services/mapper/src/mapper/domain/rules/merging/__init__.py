"""Both sides are there: what is merged, and carried to the other side."""
