"""What Microsoft Graph does with calendars: rules without HTTP, clock or files."""
