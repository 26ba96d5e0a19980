"""What is sent to Graph for a change: only the fields that changed, as far as Exchange can hold them (F6)."""

from collections.abc import Mapping
from typing import Any

from chassis.errors import Rejected
from connector.adapters.providers.exchange_store.contents import holdable
from connector.adapters.providers.graph.events.bodies import write_body
from connector.adapters.providers.graph.events.marker import write_properties
from connector.adapters.providers.graph.events.times import write_time
from connector.domain.provider.port import NewEvent
from contracts.calendar_objects import EventAttendee, EventChanges, Marker
from contracts.times import Timed

_SHOW_AS = {"opaque": "busy", "transparent": "free"}


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


def _guest(guest: EventAttendee) -> dict[str, Any]:
    address = {"address": guest.email} | ({"name": guest.name} if guest.name else {})
    return {"emailAddress": address, "type": "required"}
