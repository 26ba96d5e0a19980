"""From Google's event resources to the items of `connector.domain.provider.port`: pure, total, one row at a time.

Titles and places are kept as they are, but for line ends; descriptions are HTML, and read as text (F6). `updated` is
the epoch where Google does not tell it (hidden details): then it says nothing about who was later.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError

from connector.adapters.providers.google.ids import instance_place, lineage
from connector.adapters.providers.google.marker import read_marker
from connector.adapters.providers.google.rights import details_hidden, is_editable, is_organizer, visibility
from connector.adapters.providers.google.times import read_original, read_time
from connector.adapters.providers.html.dialects import GOOGLE
from connector.adapters.providers.html.layout import read_html
from connector.domain.event.content_hash import with_hash
from connector.domain.provider.items import (
    EventRead,
    EventRemoved,
    Item,
    OccurrenceCancelled,
    OccurrenceRead,
    Provenance,
    SeriesRead,
    Unreadable,
)
from connector.domain.provider.spans import UnreadableTimeError
from connector.domain.provider.texts import lines
from contracts.calendar_objects import EventAttendee, EventFields, EventSnapshot, Occurrence

Raw = Mapping[str, Any]
_EPOCH = datetime.fromtimestamp(0, UTC)
_EVENT_TYPES: Final = {
    "default": "default",
    "outOfOffice": "out_of_office",
    "focusTime": "focus_time",
    "fromGmail": "from_gmail",
    "workingLocation": "working_location",
    "birthday": "birthday",
}
_ANSWERS = {"needsAction", "declined", "tentative", "accepted"}


def read_item(raw: Raw, calendar_id: str, calendar_zone: str) -> Item:
    """Return what the row says; one that nobody can make sense of is Unreadable and stops nothing."""
    event_id = str(raw.get("id") or "(no id)")
    try:
        return _gone(raw) if raw.get("status") == "cancelled" else _live(raw, calendar_id, calendar_zone)
    except UnreadableTimeError as error:
        return Unreadable(event_id, str(error))
    except ValidationError as error:  # its own words would quote the event
        return Unreadable(event_id, f"malformed: {'.'.join(map(str, error.errors()[0]['loc']))}")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        return Unreadable(event_id, f"malformed: {type(error).__name__}")


def _gone(raw: Raw) -> Item:
    """Return a tombstone; incremental reads may show no more of it than id and status."""
    at = datetime.fromisoformat(raw["updated"]) if raw.get("updated") else None
    place = _place(raw, "UTC")
    if place is None:
        return EventRemoved(raw["id"], at)
    return OccurrenceCancelled(raw["id"], place.series_id, place.original_start, at)


def _live(raw: Raw, calendar_id: str, calendar_zone: str) -> Item:
    event = _snapshot(raw, calendar_id, calendar_zone)
    etag, provenance = str(raw.get("etag", "")), _provenance(raw, event)
    if event.occurrence:
        return OccurrenceRead(event, etag, provenance)
    if raw.get("recurrence"):
        return SeriesRead(event, etag, tuple(raw["recurrence"]), lineage(event.event_id), provenance=provenance)
    return EventRead(event, etag, provenance)


def _provenance(raw: Raw, event: EventSnapshot) -> Provenance:
    people = ((raw.get(name) or {}).get("email") for name in ("creator", "organizer"))
    created = datetime.fromisoformat(raw["created"]) if raw.get("created") else None
    return Provenance(
        created=created,
        people=tuple(str(one) for one in people if one),
        marker=event.marker,
        ical_uid=event.ical_uid,
        hidden=details_hidden(raw),
    )


def _snapshot(raw: Raw, calendar_id: str, calendar_zone: str) -> EventSnapshot:
    event = {
        "event_id": raw["id"],
        "calendar_id": calendar_id,
        "ical_uid": raw.get("iCalUID"),
        "hash": "",
        "fields": _fields(raw, calendar_zone),
        "updated": raw.get("updated") or _EPOCH,
        "status": "tentative" if raw.get("status") == "tentative" else "confirmed",
        "event_type": _EVENT_TYPES.get(raw.get("eventType", "default"), "default"),
        "visibility": visibility(raw),
        "is_organizer": is_organizer(raw),
        "editable": is_editable(raw),
        "response": _own_answer(raw),
        "attendees": _attendees(raw),
        "conference_url": _conference(raw),
        "occurrence": _place(raw, calendar_zone) if raw.get("recurringEventId") else None,
        "marker": read_marker(raw),
        "web_link": raw.get("htmlLink"),
    }
    return with_hash(EventSnapshot.model_validate(event))


def _fields(raw: Raw, calendar_zone: str) -> EventFields:
    return EventFields(
        summary=lines(raw.get("summary") or ""),
        time=read_time(raw, calendar_zone),
        location=lines(raw.get("location") or ""),
        description=read_html(lines(raw.get("description") or ""), GOOGLE),
        transparency="transparent" if raw.get("transparency") == "transparent" else "opaque",
    )


def _place(raw: Raw, calendar_zone: str) -> Occurrence | None:
    """Return the place of an instance in its series, from its own words or else from its id."""
    from_id = instance_place(raw["id"])
    series_id = raw.get("recurringEventId") or (from_id and from_id[0])
    if not series_id:
        return None
    original = raw.get("originalStartTime")
    if not original and not from_id:
        raise UnreadableTimeError("an occurrence without its original start")
    start = read_original(original, calendar_zone) if original else from_id[1] if from_id else ""
    return Occurrence(series_id=series_id, lineage=lineage(series_id), original_start=start)


def _own_answer(raw: Raw) -> str | None:
    own = next((guest for guest in raw.get("attendees") or () if guest.get("self")), None)
    return own and _answer(own)


def _attendees(raw: Raw) -> tuple[EventAttendee, ...]:
    """Return the guests who are people: rooms and guests without an address are none."""
    guests = raw.get("attendees") or ()
    return tuple(_attendee(guest) for guest in guests if guest.get("email") and not guest.get("resource"))


def _attendee(guest: Raw) -> EventAttendee:
    return EventAttendee.model_validate(
        {
            "email": guest["email"],
            "name": guest.get("displayName"),
            "status": _answer(guest),
            "is_organizer": bool(guest.get("organizer")),
        }
    )


def _answer(guest: Raw) -> str:
    answer = guest.get("responseStatus")
    return answer if answer in _ANSWERS else "needsAction"


def _conference(raw: Raw) -> str | None:
    entries = (raw.get("conferenceData") or {}).get("entryPoints") or ()
    video = next((entry.get("uri") for entry in entries if entry.get("entryPointType") == "video"), None)
    return video or raw.get("hangoutLink")
