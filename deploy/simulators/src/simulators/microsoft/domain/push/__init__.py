"""Who is told of changes, and what the notifications say."""
