"""From EWS's calendar items to the items of `connector.domain.provider.items`: pure, total, one item at a time."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from connector.adapters.providers.ews.events.bodies import join_url, read_body
from connector.adapters.providers.ews.events.marker import read_marker, read_written_zone
from connector.adapters.providers.ews.events.times import read_time
from connector.adapters.providers.ews.xml import Element, child, children, flag_at, instant_at, text_at
from connector.adapters.providers.exchange_store.contents import one_line
from connector.adapters.providers.exchange_store.unreadable import UNREADABLE, unreadable
from connector.adapters.providers.exchange_store.versions import EventVersion
from connector.domain.event.content_hash import with_hash
from connector.domain.provider.items import (
    EventRead,
    EventRemoved,
    Item,
    OccurrenceCancelled,
    OccurrenceRead,
    Provenance,
)
from contracts.calendar_objects import EventAttendee, EventFields, EventSnapshot, Occurrence

_EPOCH = datetime.fromtimestamp(0, UTC)
_FREE = {"Free", "WorkingElsewhere"}
_ORGANIZER = "Organizer"
_ANSWERS = {
    "Tentative": "tentative",
    "Accept": "accepted",
    "Decline": "declined",
    _ORGANIZER: "accepted",
}
_RECEIVED = 2
"""The bit of AppointmentState that a meeting of somebody else's has (asfReceived, MS-OXOCAL 2.2.1.10)."""


def read_single(raw: Element, calendar_id: str) -> Item:
    """Return an event that belongs to no series; one that nobody can make sense of is Unreadable and stops nothing."""
    try:
        if flag_at(raw, "t:IsCancelled"):
            return EventRemoved(item_id(raw), changed_at(raw))
        event = snapshot(raw, calendar_id, item_id(raw))
        version = version_of(raw)
    except UNREADABLE as error:
        return unreadable(item_id(raw) or "(no id)", error)
    return EventRead(event, str(version), provenance_of(raw, event))


def read_occurrence(
    raw: Element, event_id: str, place: Occurrence, like: EventSnapshot
) -> OccurrenceRead | OccurrenceCancelled:
    """Return an occurrence, which bears its master's mark. Raises what `UNREADABLE` names."""
    if flag_at(raw, "t:IsCancelled"):
        return OccurrenceCancelled(event_id, place.series_id, place.original_start, changed_at(raw))
    event = snapshot(raw, like.calendar_id, event_id, place=place, like=like)
    return OccurrenceRead(event, str(version_of(raw)), provenance_of(raw, event))


def item_id(raw: Element) -> str:
    """Return an item's own id; empty where it has none."""
    found = child(raw, "t:ItemId")
    return "" if found is None else found.get("Id", "")


def change_key(raw: Element) -> str:
    """Return which version of an item it is; empty where the server does not tell."""
    found = child(raw, "t:ItemId")
    return "" if found is None else found.get("ChangeKey", "")


def version_of(raw: Element) -> EventVersion:
    """Return the version of an event as it was read."""
    return EventVersion(change_key(raw), "own" if is_organizer(raw) else "foreign", read_written_zone(raw))


def changed_at(raw: Element) -> datetime | None:
    """Return when the event was changed last, where the server says."""
    return instant_at(raw, "t:LastModifiedTime")


def provenance_of(raw: Element, event: EventSnapshot) -> Provenance:
    """Return where an event comes from."""
    organizer = _address(child(raw, "t:Organizer"))
    people = (organizer,) if organizer else ()
    return Provenance(instant_at(raw, "t:DateTimeCreated"), people, event.marker, event.ical_uid)


def snapshot(
    raw: Element, calendar_id: str, event_id: str, *, place: Occurrence | None = None, like: EventSnapshot | None = None
) -> EventSnapshot:
    """Return an event's content. `like`: its master, whose mark and zone count for its occurrences."""
    own, busy = is_organizer(raw), text_at(raw, "t:LegacyFreeBusyStatus")
    event = {
        "event_id": event_id,
        "calendar_id": calendar_id,
        "ical_uid": text_at(raw, "t:UID") or None,
        "hash": "",
        "fields": _fields(raw, like),
        "updated": changed_at(raw) or _EPOCH,
        "status": "tentative" if busy == "Tentative" else "confirmed",
        "visibility": "default" if (text_at(raw, "t:Sensitivity") or "Normal") == "Normal" else "private",
        "is_organizer": own,
        "editable": own,
        "response": None if own else _answer(text_at(raw, "t:MyResponseType")),
        "attendees": tuple(_attendees(raw)),
        "conference_url": join_url(raw) or None,
        "occurrence": place,
        "marker": like.marker if like else read_marker(raw),
        "web_link": _web_link(raw),
    }
    return with_hash(EventSnapshot.model_validate(event))


def is_organizer(raw: Element) -> bool:
    """Whether the event is the mailbox's own; a server that does not say so tells it by its state or answer."""
    told = flag_at(raw, "t:IsOrganizer")
    if told is not None:
        return told
    state = text_at(raw, "t:AppointmentState")
    if state.isdecimal():
        return not int(state) & _RECEIVED
    return text_at(raw, "t:MyResponseType") in {"", "Unknown", _ORGANIZER}


def _fields(raw: Element, like: EventSnapshot | None) -> EventFields:
    zone = getattr(like.fields.time, "timezone", None) if like else read_written_zone(raw)
    return EventFields(
        summary=one_line(text_at(raw, "t:Subject")),
        time=read_time(raw, zone),
        location=one_line(text_at(raw, "t:Location")),
        description=read_body(raw),
        transparency="transparent" if text_at(raw, "t:LegacyFreeBusyStatus") in _FREE else "opaque",
    )


def _answer(word: str) -> str:
    return _ANSWERS.get(word, "needsAction")


def _attendees(raw: Element) -> Iterator[EventAttendee]:
    """Yield the guests who are people, each once: rooms and guests without an address are none."""
    organizer, seen = _address(child(raw, "t:Organizer")).casefold(), set[str]()
    for guest in guests(raw):
        email = _address(guest)
        if email and email.casefold() not in seen:
            seen.add(email.casefold())
            yield _attendee(guest, email, organizer)


def guests(raw: Element, kinds: Iterable[str] = ("RequiredAttendees", "OptionalAttendees")) -> list[Element]:
    """Return the `t:Attendee`s of these kinds."""
    return [one for kind in kinds for one in children(raw, f"t:{kind}/t:Attendee")]


def address_of(guest: Element) -> str:
    """Return the mail address of a guest; empty where it has none."""
    return _address(guest)


def _address(person: Element | None) -> str:
    """Return the SMTP address of who has a `t:Mailbox`; one that Exchange routes by its own directory is none."""
    if person is None or text_at(person, "t:Mailbox/t:RoutingType") not in {"", "SMTP"}:
        return ""
    return text_at(person, "t:Mailbox/t:EmailAddress").strip()


def _attendee(guest: Element, email: str, organizer: str) -> EventAttendee:
    return EventAttendee.model_validate(
        {
            "email": email,
            "name": text_at(guest, "t:Mailbox/t:Name") or None,
            "status": _answer(text_at(guest, "t:ResponseType")),
            "is_organizer": email.casefold() == organizer,
        }
    )


def _web_link(raw: Element) -> str | None:
    """Return where the event is shown on the web, where the server tells the whole address."""
    link = text_at(raw, "t:WebClientReadFormQueryString").strip()
    return link if link.startswith(("https://", "http://")) else None
