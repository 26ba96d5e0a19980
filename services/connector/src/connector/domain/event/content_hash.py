"""The hash of an event's content: equal hashes mean that nothing has changed which the sync looks at.

In it is all that the mapper writes or decides on. Not in it are identity (id, calendar, iCalUID, link), times of
modification, and what only bumps an etag (colour, reminders). The marker counts without its version: that is our own
bookkeeping, and a write that changes nothing else must not look like an edit.
"""

import hashlib
import json
from datetime import UTC

from contracts.calendar_objects import EventAttendee, EventFields, EventSnapshot, Marker
from contracts.times import AllDay, Timed

_AS_THEY_ARE = {
    "status",
    "event_type",
    "visibility",
    "masked",
    "is_organizer",
    "editable",
    "response",
    "conference_url",
    "occurrence",
}


def with_hash(event: EventSnapshot) -> EventSnapshot:
    """Return the same event with the SHA-256 (hex) of its canonical content in `hash`."""
    text = json.dumps(_content(event), sort_keys=True, separators=(",", ":"))
    return event.with_hash(hashlib.sha256(text.encode()).hexdigest())


def _content(event: EventSnapshot) -> dict[str, object]:
    fields = event.fields
    return event.model_dump(mode="json", include=_AS_THEY_ARE) | {
        "text": [getattr(fields, name) for name in EventFields.model_fields if name != "time"],
        "time": _time(fields.time),
        "attendees": sorted(_attendee(guest) for guest in event.attendees),
        "marker": _marker(event.marker),
        **({"mails_guests": True} if event.mails_guests else {}),
    }


def _time(time: Timed | AllDay) -> list[str]:
    if isinstance(time, AllDay):
        return [time.start.isoformat(), time.end.isoformat()]
    return [time.start.astimezone(UTC).isoformat(), time.end.astimezone(UTC).isoformat(), time.timezone]


def _attendee(guest: EventAttendee) -> list[str]:
    return [guest.email, guest.name or "", guest.status, "organizer" if guest.is_organizer else ""]


def _marker(marker: Marker | None) -> list[str] | None:
    return [marker.account_key, marker.activity_id, marker.origin] if marker else None
