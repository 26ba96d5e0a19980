"""What a mailbox is: whose, with which calendars, in which time zone."""
