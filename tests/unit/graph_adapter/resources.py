"""Event resources as Graph's reference shows them, and how they read."""

from typing import Any

from connector.adapters.providers.graph.events.marker import write_properties
from connector.adapters.providers.graph.reading import read_item
from connector.domain.provider.items import EventRead, Item, OccurrenceRead, SeriesRead
from contracts.calendar_objects import EventSnapshot, Marker

MARKER = Marker(account_key="k", activity_id="a", version=3, origin="crm")
BERLIN = "W. Europe Standard Time"
WEEKLY = {
    "pattern": {
        "type": "weekly",
        "interval": 1,
        "month": 0,
        "dayOfMonth": 0,
        "daysOfWeek": ["tuesday"],
        "firstDayOfWeek": "sunday",
        "index": "first",
    },
    "range": {
        "type": "numbered",
        "startDate": "2026-11-03",
        "endDate": "0001-01-01",
        "recurrenceTimeZone": BERLIN,
        "numberOfOccurrences": 4,
    },
}


def moment(text: str, zone: str = "UTC") -> dict[str, str]:
    """Return a `dateTimeTimeZone`."""
    return {"dateTime": f"{text}.0000000", "timeZone": zone}


def resource(**changes: Any) -> dict[str, Any]:
    """Return a live event of the calendar's own; a change of None takes the field away."""
    base = {
        "@odata.etag": 'W/"key1"',
        "id": "AAkALgAA=",
        "type": "singleInstance",
        "subject": "Lunch",
        "body": {"contentType": "html", "content": "<html><body>\r\nA<br>B\r\n</body></html>"},
        "start": moment("2026-11-03T11:00:00"),
        "end": moment("2026-11-03T12:00:00"),
        "isAllDay": False,
        "originalStartTimeZone": BERLIN,
        "location": {"displayName": "Café"},
        "showAs": "busy",
        "sensitivity": "normal",
        "attendees": [],
        "organizer": {"emailAddress": {"address": "ana@example.org"}},
        "isOrganizer": True,
        "isCancelled": False,
        "responseStatus": {"response": "organizer"},
        "lastModifiedDateTime": "2026-11-01T08:00:00.1234567Z",
        "iCalUId": "0400",
        "webLink": "https://outlook.office365.com/x",
    }
    return {name: value for name, value in (base | changes).items() if value is not None}


def marked(zone: str | None = None) -> dict[str, Any]:
    """Return the properties of an event of ours."""
    return write_properties(MARKER, zone)


def read(**changes: Any) -> Item:
    """Return the resource as an item."""
    return read_item(resource(**changes), "calendar")


def snapshot(**changes: Any) -> EventSnapshot:
    """Return the snapshot of a resource that must be readable."""
    item = read(**changes)
    assert isinstance(item, EventRead | SeriesRead | OccurrenceRead), item
    return item.event
