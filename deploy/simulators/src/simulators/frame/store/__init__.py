"""What an Exchange store does by either way to it (Graph, EWS): ids, zones, recurrence; without IO."""
