"""What a first read leaves out: single events that are over."""

from datetime import datetime, timedelta

from connector.domain.event.window import midnight
from connector.domain.provider.items import EventRead, Item
from contracts.times import Timed

MARGIN = timedelta(days=1)
"""All-day events are stored as instants of some zone."""


def has_ended(item: Item, since: datetime) -> bool:
    """Whether an item is a single event that ended before a moment, wherever its days end."""
    if not isinstance(item, EventRead):
        return False
    time = item.event.fields.time
    return (time.end if isinstance(time, Timed) else midnight(time.end, "UTC") + MARGIN) <= since
