"""What a write finds at the provider, judged without IO: is our write in, has the user edited, is the id taken."""

from datetime import datetime
from typing import Literal

from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import InFlight
from connector.domain.provider.items import EventRemoved, Item, snapshot_of
from contracts.calendar_commands import CalendarPut
from contracts.calendar_objects import EventChanges, EventFields, EventSnapshot


def begun(connection: Connection, note: InFlight) -> Connection:
    """Return the connection with the note of a write about to be made; one tried before keeps its first time."""
    known = connection.in_flight
    if known is not None and known.command_id == note.command_id:
        note = note.as_next_try_of(known)
    return connection.with_in_flight(note)


def is_ours(event: EventSnapshot, put: CalendarPut) -> bool:
    """Whether the event carries our mark for the activity that is to be written."""
    mark = event.marker
    return mark is not None and (mark.account_key, mark.activity_id) == (put.marker.account_key, put.activity_id)


def is_written(event: EventSnapshot, put: CalendarPut) -> bool:
    """Whether the mark says that exactly this version of the activity was written: then our write is in."""
    return is_ours(event, put) and event.marker is not None and event.marker.version == put.marker.version


def holds(fields: EventFields, changes: EventChanges) -> bool:
    """Whether an event shows everything that was to be written."""
    wanted = changes.model_dump(exclude_none=True)
    return all(getattr(fields, name) == getattr(changes, name) for name in wanted)


IdConflict = Literal["there", "written", "deleted_since", "tombstone", "stranger"]


def id_conflict(item: Item, put: CalendarPut, first_try: datetime) -> IdConflict:
    """Say what holds the id of an event that we wanted to create.

    A tombstone newer than the command's first try was inserted by us and then deleted by the user.
    """
    if isinstance(item, EventRemoved):
        return "deleted_since" if item.at is not None and item.at > first_try else "tombstone"
    event = snapshot_of(item)
    if event is None or not is_ours(event, put):
        return "stranger"
    return "written" if is_written(event, put) else "there"
