"""How a mailbox is reached: guarded connections, what HTTP tells, and threads that may hang without harm."""
