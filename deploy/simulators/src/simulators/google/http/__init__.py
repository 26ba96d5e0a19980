"""The simulator's edges: HTTP, pushes, files and the clock."""
