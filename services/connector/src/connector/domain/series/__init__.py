"""Recurring events: rules, expansion, and pairing occurrences."""
