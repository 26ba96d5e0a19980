"""Lists of events: queries, pages, and what has changed since."""
