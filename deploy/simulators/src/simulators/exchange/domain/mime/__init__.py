"""MimeContent: items as iCalendar files (RFC 5545), for clients that read and write those."""
