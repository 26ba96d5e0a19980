"""The mapper's edges to the database."""
