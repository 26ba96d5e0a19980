"""`/calendar-sync`: the page on which a user connects a calendar, sets the sync up and sees how it stands."""
