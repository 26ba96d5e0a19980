"""Exchange Server on premises, through EWS, as a `CalendarProvider`."""
