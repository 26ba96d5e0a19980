"""How a stored event looks in an answer: zone, access role, guests, sparse tombstones."""

from dataclasses import dataclass
from typing import Any

from simulators.google.domain import times
from simulators.google.domain.events.calendar import Calendar, Event
from simulators.google.domain.recurring import recurrence

_TIMES = ("start", "end", "originalStartTime")
_BUSY_KEEPS = frozenset(
    {
        "kind",
        "etag",
        "id",
        "status",
        "start",
        "end",
        "originalStartTime",
        "recurringEventId",
        "recurrence",
        "iCalUID",
        "visibility",
        "eventType",
        "updated",
        "transparency",
        "sequence",
    }
)
_TOMB_KEEPS = frozenset({"kind", "etag", "id", "status", "recurringEventId", "originalStartTime", "updated"})
_SPARSE_KEEPS = frozenset({"kind", "etag", "id", "status"})
_HIDDEN = {"private", "confidential"}


@dataclass(frozen=True, slots=True)
class View:
    """What the caller may see, and how he asked for it."""

    role: str
    zone: str
    max_attendees: int | None = None
    busy_only: bool = False
    sparse: bool = False
    unknown_enum: bool = False

    def render(self, event: Event) -> Event:
        """The event as this caller gets it."""
        if event["status"] == "cancelled" and self.sparse:
            return _only(event, _SPARSE_KEEPS)
        shown = self._masked(event)
        if event["status"] == "cancelled" and "recurringEventId" in event:
            shown = _only(shown, _TOMB_KEEPS)
        if "attendees" in shown:
            shown = {**shown, **self._guests(shown["attendees"])}
        zone = times.zone_named(self.zone)
        moved = {name: times.shown_in(shown[name], zone) for name in _TIMES if name in shown}
        extra = {"eventType": "somethingNew"} if self.unknown_enum else {}
        return {**shown, **moved, **extra}

    def _masked(self, event: Event) -> Event:
        private = event.get("visibility") in _HIDDEN
        hidden = self.role == "freeBusyReader" or (private and self.role in {"reader", "writerWithoutPrivateAccess"})
        if not (hidden or self.busy_only):
            return event
        return {**_only(event, _BUSY_KEEPS), "summary": "busy", "visibility": "private"}

    def _guests(self, guests: list[dict[str, Any]]) -> dict[str, Any]:
        if self.max_attendees is None or len(guests) <= self.max_attendees:
            return {}
        own = [guest for guest in guests if guest.get("self")]
        return {"attendees": own, "attendeesOmitted": True}


def _only(event: Event, names: frozenset[str]) -> Event:
    return {name: value for name, value in event.items() if name in names}


def instances(calendar: Calendar, master: Event, *, deleted: bool) -> list[Event]:
    """A series' instances, exceptions in their places, at most the finite number shown."""
    changed = {event["id"]: event for event in calendar.exceptions(master["id"])}
    shown: list[Event] = []
    for original in recurrence.originals(master):
        if len(shown) >= recurrence.MAX_INSTANCES:
            break
        plain = recurrence.instance(master, original)
        event = changed.pop(plain["id"], plain)
        shown.append(event)
    shown += changed.values()
    return [event for event in shown if deleted or event["status"] != "cancelled"]
