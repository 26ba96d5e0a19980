"""Single events: how Graph's rows are read, and what is written."""
