"""Series: masters with what became of their occurrences."""
