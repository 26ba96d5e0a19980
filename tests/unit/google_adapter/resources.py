"""Event resources as Google's reference shows them, and how they read."""

from typing import Any

from connector.adapters.providers.google.canonical import read_item
from connector.domain.provider.items import EventRead, Item, OccurrenceRead, SeriesRead
from contracts.calendar_objects import EventSnapshot


def resource(**changes: Any) -> dict[str, Any]:
    """Return a live event of the calendar's own; a change of None takes the field away."""
    base = {
        "kind": "calendar#event",
        "etag": '"3181159875584000"',
        "id": "abc123",
        "status": "confirmed",
        "htmlLink": "https://www.google.com/calendar/event?eid=abc123",
        "created": "2026-10-01T08:00:00.000Z",
        "updated": "2026-11-01T08:00:00.123Z",
        "summary": "Lunch",
        "creator": {"email": "ana@example.org", "self": True},
        "organizer": {"email": "ana@example.org", "self": True},
        "start": {"dateTime": "2026-11-03T12:00:00+01:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-11-03T13:00:00+01:00", "timeZone": "Europe/Berlin"},
        "iCalUID": "abc123@google.com",
        "sequence": 0,
        "reminders": {"useDefault": True},
        "eventType": "default",
    }
    return {name: value for name, value in (base | changes).items() if value is not None}


def read(zone: str = "Europe/Rome", **changes: Any) -> Item:
    """Return the resource as an item."""
    return read_item(resource(**changes), "calendar", zone)


def snapshot(zone: str = "Europe/Rome", **changes: Any) -> EventSnapshot:
    """Return the snapshot of a resource that must be readable."""
    item = read(zone, **changes)
    assert isinstance(item, EventRead | SeriesRead | OccurrenceRead), item
    return item.event
