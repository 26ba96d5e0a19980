"""Mailboxes and their folders."""
