"""What Exchange keeps of an event, whichever wire shows it: Microsoft Graph and EWS are two ways to the same store.

Limits, zones, recurrence patterns, our mark and the places of occurrences are the store's; names and shapes are the
wires', in `providers.graph` and `providers.ews`.
"""
