"""Provider accounts, webhooks, OAuth; pulls changes from calendars and writes them back."""
