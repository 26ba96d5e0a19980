"""What is sent for a change: only the fields that changed, as far as Exchange can hold them (F6)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from chassis.errors import Rejected
from connector.adapters.providers.ews.events.bodies import written_body
from connector.adapters.providers.ews.events.canonical import address_of, guests
from connector.adapters.providers.ews.events.marker import written_properties, written_try
from connector.adapters.providers.ews.events.times import written_time, zone_name
from connector.adapters.providers.ews.xml import Element, local, t
from connector.adapters.providers.exchange_store.contents import holdable
from contracts.calendar_objects import EventAttendee, EventChanges, Marker
from contracts.times import EventTime, Timed

_BUSY = {"opaque": "Busy", "transparent": "Free"}
_ORDER = (
    "Subject",
    "Body",
    "ExtendedProperty",
    "Start",
    "End",
    "IsAllDayEvent",
    "LegacyFreeBusyStatus",
    "Location",
    "RequiredAttendees",
    "OptionalAttendees",
    "StartTimeZone",
    "EndTimeZone",
)
"""The schema's order of what we write (ItemType, CalendarItemType)."""
_OF_ITEMS = {"Subject", "Body"}


@dataclass(frozen=True)
class Property:
    """One property to write: the path to it, and its element; None clears it."""

    path: Element
    value: Element | None


def new_item(
    content: EventChanges, marker: Marker, days_zone: str, *, tried_at: datetime | None = None, known: bool = True
) -> Element:
    """Return the `t:CalendarItem` that creates an event. Raises Rejected where it has no time.

    Nothing is said of a reminder: a mailbox sets its own by default, which any word of ours would suppress.
    """
    if content.time is None:
        raise Rejected("time_missing", "an event cannot be created without a time")
    found = properties(content, marker, days_zone, known=known)
    values = [one.value for one in found if one.value is not None]
    if tried_at:
        values.append(written_try(tried_at))
    return t("CalendarItem", sorted(values, key=lambda value: _ORDER.index(local(value))))


def updates(found: Collection[Property]) -> Element:
    """Return the `t:Updates` that write these properties and no others."""
    return t("Updates", [_update(one) for one in found])


def _update(one: Property) -> Element:
    if one.value is None:
        return t("DeleteItemField", one.path)
    return t("SetItemField", one.path, t("CalendarItem", one.value))


def properties(
    changes: EventChanges,
    marker: Marker,
    days_zone: str,
    there: Element | None = None,
    *,
    single: bool = True,
    known: bool = True,
) -> list[Property]:
    """Return what to write: what is not named stays as it is.

    `days_zone`: in which the days of an all-day event begin. `there`: the event as it is, wherever its description or
    guests change. `single`: an occurrence keeps the zone of its series. `known`: whether the server knows the zone.
    """
    held = holdable(changes)
    found = [*_texts(held, there), *_marks(marker, held.time, known=known)]
    if held.time is not None:
        written = written_time(held.time, days_zone, known=known)
        found += [_set(value) for value in written if single or value.get("Id") is None]
    if held.transparency is not None:
        found.append(_set(t("LegacyFreeBusyStatus", _BUSY[held.transparency])))
    if held.attendees is not None:
        found += _guests(held.attendees, there)
    return found


def _marks(marker: Marker, time: EventTime | None, *, known: bool) -> list[Property]:
    zone = time.timezone if isinstance(time, Timed) else None
    written = written_properties(marker, zone, zone_name(zone, known=known) if zone else "")
    return [Property(path, value) for path, value in written]


def _texts(held: EventChanges, there: Element | None) -> Iterator[Property]:
    if held.summary is not None:
        yield _text("Subject", held.summary)
    if held.description is not None:
        yield _set(written_body(held.description, there))
    if held.location is not None:
        yield _text("Location", held.location)


def _text(name: str, text: str) -> Property:
    return _set(t(name, text)) if text else Property(_path(name), None)


def _guests(wanted: Collection[EventAttendee], there: Element | None) -> Iterator[Property]:
    """Yield the guests: who is optional stays so, and rooms stay as they are."""
    optional = _addresses(there, "OptionalAttendees")
    kept = _addresses(there, "RequiredAttendees", "OptionalAttendees", "Resources")
    asked = {one.email.casefold(): one for one in wanted if not one.is_organizer or one.email.casefold() in kept}
    rooms = _addresses(there, "Resources")
    required = [one for email, one in asked.items() if email not in optional | rooms]
    yield _list("RequiredAttendees", required)
    if optional - asked.keys():
        yield _list("OptionalAttendees", [one for email, one in asked.items() if email in optional])


def _addresses(there: Element | None, *kinds: str) -> set[str]:
    return set() if there is None else {address_of(one).casefold() for one in guests(there, kinds)} - {""}


def _list(name: str, found: Collection[EventAttendee]) -> Property:
    if not found:
        return Property(_path(name), None)
    return _set(t(name, [t("Attendee", _mailbox(one)) for one in found]))


def _mailbox(guest: EventAttendee) -> Element:
    name = [t("Name", guest.name)] if guest.name else []
    return t("Mailbox", *name, t("EmailAddress", guest.email))


def _set(value: Element) -> Property:
    return Property(_path(local(value)), value)


def _path(name: str) -> Element:
    group = "item" if name in _OF_ITEMS else "calendar"
    return t("FieldURI", FieldURI=f"{group}:{name}")
