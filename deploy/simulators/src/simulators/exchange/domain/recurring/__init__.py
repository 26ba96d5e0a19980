"""Series: masters and their occurrences."""
