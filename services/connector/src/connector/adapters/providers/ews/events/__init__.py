"""Single events: how EWS's calendar items are read, and what is written."""
