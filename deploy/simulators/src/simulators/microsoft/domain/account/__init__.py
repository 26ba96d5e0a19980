"""Accounts, their calendars, and who may reach them by OAuth."""
