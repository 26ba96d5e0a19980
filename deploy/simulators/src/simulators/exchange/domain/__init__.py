"""What the simulated Exchange Server keeps and does, without IO: mailboxes, items, changes, subscriptions."""
