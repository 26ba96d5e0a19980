"""Recurring events: rules, expansion, series that are edited as a whole."""
