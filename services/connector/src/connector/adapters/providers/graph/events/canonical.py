"""From Graph's event resources to the items of `connector.domain.provider.port`: pure, total, one row at a time."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connector.adapters.providers.exchange_store.contents import one_line
from connector.adapters.providers.exchange_store.unreadable import UNREADABLE, unreadable
from connector.adapters.providers.graph.events.bodies import join_url, read_body
from connector.adapters.providers.graph.events.marker import read_marker, read_written_zone
from connector.adapters.providers.graph.events.times import read_instant, read_time
from connector.adapters.providers.graph.events.versions import standing_of, version_of
from connector.domain.event.content_hash import with_hash
from connector.domain.provider.items import (
    EventRead,
    EventRemoved,
    Item,
    OccurrenceCancelled,
    OccurrenceRead,
    Provenance,
)
from contracts.calendar_objects import EventAttendee, EventFields, EventSnapshot, Marker, Occurrence

Raw = Mapping[str, Any]
_EPOCH = datetime.fromtimestamp(0, UTC)
_HIDDEN_SUBJECT = "private appointment"
_FREE = {"free", "workingElsewhere"}
_ANSWERS = {
    "none": "needsAction",
    "notResponded": "needsAction",
    "tentativelyAccepted": "tentative",
    "accepted": "accepted",
    "declined": "declined",
    "organizer": "accepted",
}


def read_single(raw: Raw, calendar_id: str) -> Item:
    """Return an event that belongs to no series; one that nobody can make sense of is Unreadable and stops nothing."""
    event_id = str(raw.get("id") or "(no id)")
    try:
        if raw.get("isCancelled"):
            return EventRemoved(raw["id"], changed_at(raw))
        event = snapshot(raw, calendar_id, raw["id"])
    except UNREADABLE as error:
        return unreadable(event_id, error)
    return EventRead(event, str(version_of(raw, read_written_zone(raw))), provenance_of(raw, event))


def read_occurrence(
    raw: Raw, calendar_id: str, event_id: str, place: Occurrence, like: EventSnapshot
) -> OccurrenceRead | OccurrenceCancelled:
    """Return an occurrence, which bears its master's mark. Raises what `UNREADABLE` names."""
    if raw.get("isCancelled"):
        return OccurrenceCancelled(event_id, place.series_id, place.original_start, changed_at(raw))
    event = snapshot(raw, calendar_id, event_id, place=place, like=like)
    return OccurrenceRead(event, str(version_of(raw, None)), provenance_of(raw, event))


def changed_at(raw: Raw) -> datetime | None:
    """Return when the event was changed last, where the row says."""
    return instant_of(raw, "lastModifiedDateTime")


def instant_of(raw: Raw, name: str) -> datetime | None:
    """Return an instant of a row, in UTC where it does not say; None where the row does not show it."""
    if not raw.get(name):
        return None
    moment = datetime.fromisoformat(raw[name])
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def provenance_of(raw: Raw, event: EventSnapshot) -> Provenance:
    """Return where an event comes from: of what is made in a shared calendar, its owner is the organizer (A10)."""
    organizer = _address(raw.get("organizer") or {})
    people = (organizer,) if organizer else ()
    return Provenance(instant_of(raw, "createdDateTime"), people, event.marker, event.ical_uid, details_hidden(raw))


def details_hidden(raw: Raw) -> bool:
    """Whether a shared calendar shows only that somebody is busy: subject and times of another's private event.

    Nothing in the row says so; an event of our own is none of them, since who made it sees it whole.
    """
    private = (raw.get("sensitivity") or "normal") != "normal" and read_marker(raw) is None
    place = (raw.get("location") or {}).get("displayName")
    bare = not (place or raw.get("attendees") or read_body(raw).strip())
    return private and bare and str(raw.get("subject")).casefold() == _HIDDEN_SUBJECT


def snapshot(
    raw: Raw, calendar_id: str, event_id: str, *, place: Occurrence | None = None, like: EventSnapshot | None = None
) -> EventSnapshot:
    """Return an event's content. `like`: its master, which bears what Exchange shows with single events alone."""
    event = {
        "event_id": event_id,
        "calendar_id": calendar_id,
        "ical_uid": raw.get("iCalUId"),
        "hash": "",
        "fields": _fields(raw, like),
        "updated": changed_at(raw) or _EPOCH,
        "status": "tentative" if raw.get("showAs") == "tentative" else "confirmed",
        "visibility": "default" if (raw.get("sensitivity") or "normal") == "normal" else "private",
        "is_organizer": _is_organizer(raw),
        "editable": _is_organizer(raw) and not details_hidden(raw),
        "mails_guests": standing_of(raw) == "guests",
        "response": None if _is_organizer(raw) else _answer(raw.get("responseStatus")),
        "attendees": _attendees(raw),
        "conference_url": join_url(raw) or None,
        "occurrence": place,
        "marker": _marker(raw, like),
        "web_link": raw.get("webLink"),
    }
    return with_hash(EventSnapshot.model_validate(event))


def _marker(raw: Raw, like: EventSnapshot | None) -> Marker | None:
    return like.marker if like else read_marker(raw)


def _fields(raw: Raw, like: EventSnapshot | None) -> EventFields:
    zone = getattr(like.fields.time, "timezone", None) if like else read_written_zone(raw)
    return EventFields(
        summary=one_line(raw.get("subject") or ""),
        time=read_time(raw, zone),
        location=one_line((raw.get("location") or {}).get("displayName") or ""),
        description=read_body(raw),
        transparency="transparent" if raw.get("showAs") in _FREE else "opaque",
    )


def original_instant(raw: Raw) -> datetime:
    """Return where the rule put an occurrence."""
    return read_instant(raw.get("originalStart"))


def _is_organizer(raw: Raw) -> bool:
    return bool(raw.get("isOrganizer", True))


def _answer(status: Raw | None) -> str:
    return _ANSWERS.get(str((status or {}).get("response")), "needsAction")


def _attendees(raw: Raw) -> tuple[EventAttendee, ...]:
    """Return the guests who are people: rooms and guests without an address are none."""
    organizer = _address(raw.get("organizer") or {}).casefold()
    guests = [one for one in raw.get("attendees") or () if _address(one) and one.get("type") != "resource"]
    return tuple(_attendee(one, organizer) for one in guests)


def _address(person: Raw) -> str:
    return str((person.get("emailAddress") or {}).get("address") or "")


def _attendee(guest: Raw, organizer: str) -> EventAttendee:
    return EventAttendee.model_validate(
        {
            "email": _address(guest),
            "name": guest["emailAddress"].get("name"),
            "status": _answer(guest.get("status")),
            "is_organizer": _address(guest).casefold() == organizer,
        }
    )
