"""Push subscriptions, and what their notifications say."""
