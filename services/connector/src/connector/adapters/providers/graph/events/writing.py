"""What is sent to Graph for a change: only the fields that changed, as far as Exchange can hold them (F6)."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from chassis.errors import Rejected
from connector.adapters.providers.graph.events.bodies import write_body
from connector.adapters.providers.graph.events.marker import write_properties
from connector.adapters.providers.graph.events.times import write_time
from connector.adapters.providers.html.texts import plain
from connector.domain.provider.port import NewEvent
from connector.domain.provider.spans import is_computable
from connector.domain.provider.zones import iana_zone
from contracts.calendar_objects import EventAttendee, EventChanges, Marker
from contracts.times import AllDay, EventTime, Timed

# Exchange's limit for PidTagSubject and for a location's name, in UTF-16 units.
_LONGEST_LINE = 255
_DAY = timedelta(days=1)
_SHOW_AS = {"opaque": "busy", "transparent": "free"}
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def create_body(new: NewEvent) -> dict[str, Any]:
    """Return the body that creates an event. Raises Rejected where it has no time."""
    if new.content.time is None:
        raise Rejected("time_missing", "an event cannot be created without a time")
    return patch_body(new.content, new.marker) | {"transactionId": new.key}


def patch_body(changes: EventChanges, marker: Marker, there: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the body that changes an event: what is not named there stays as it is.

    `there`: the event as it is, wherever its description changes.
    """
    held = holdable(changes)
    zone = held.time.timezone if isinstance(held.time, Timed) else None
    body: dict[str, Any] = write_properties(marker, zone)
    if held.summary is not None:
        body["subject"] = held.summary
    if held.location is not None:
        body["location"] = {"displayName": held.location}
    if held.description is not None:
        body |= write_body(held.description, there)
    if held.transparency is not None:
        body["showAs"] = _SHOW_AS[held.transparency]
    if held.attendees is not None:
        body["attendees"] = [_guest(one) for one in held.attendees]
    return body | (write_time(held.time) if held.time else {})


def holdable(changes: EventChanges) -> EventChanges:
    """Return the changes as Exchange can hold them."""
    return EventChanges(
        summary=None if changes.summary is None else one_line(changes.summary),
        location=None if changes.location is None else one_line(changes.location),
        description=None if changes.description is None else plain(changes.description),
        time=changes.time and _time(changes.time),
        transparency=changes.transparency,
        attendees=changes.attendees,
    )


def one_line(text: str) -> str:
    """Return a text as a single line, without blanks around it, within Exchange's limit."""
    line = _BREAKS.sub(" ", text).strip()
    units = line.encode("utf-16-le")[: 2 * _LONGEST_LINE]
    return units.decode("utf-16-le", errors="ignore").strip()


def _time(time: EventTime) -> EventTime:
    if not is_computable(time):
        raise Rejected("date_out_of_range", "its dates are beyond what a calendar can compute with")
    if isinstance(time, AllDay):
        return time if time.end > time.start else AllDay(start=time.start, end=time.start + _DAY)
    zone = iana_zone(time.timezone)
    if zone is None:
        raise Rejected("unknown_time_zone", f"the time zone {time.timezone} is unknown")
    start = time.start.replace(microsecond=0)
    return Timed(start=start, end=max(start, time.end.replace(microsecond=0)), timezone=zone)


def _guest(guest: EventAttendee) -> dict[str, Any]:
    address = {"address": guest.email} | ({"name": guest.name} if guest.name else {})
    return {"emailAddress": address, "type": "required"}
