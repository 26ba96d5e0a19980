"""What a write finds at the provider: whether it arrived already, whether its id is taken. Pure."""

from datetime import datetime, timedelta
from typing import Literal

from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import InFlight
from connector.domain.provider.items import EventRemoved, Item, snapshot_of
from contracts.calendar_commands import CalendarPut, CalendarRemove
from contracts.calendar_objects import EventChanges, EventFields, EventSnapshot

_NOTES_KEPT = timedelta(days=1)


def begun(connection: Connection, note: InFlight) -> Connection:
    """Return the connection with the note of a write about to be made; one tried before keeps its first time.

    A note whose command nobody sends any more (it went to the dead letters) is dropped after a day.
    """
    known = connection.note_of(note.command_id)
    old = {one.command_id for one in connection.writes if note.started_at - one.started_at > _NOTES_KEPT}
    return connection.without_notes(old).with_note(note.as_next_try_of(known) if known else note)


def first_note(command: CalendarPut | CalendarRemove, new_key: str, now: datetime) -> InFlight:
    """Return the note of a write before its first try; `new_key`: the derived id of an event that is to be created."""
    kind: Literal["put", "remove"] = "put" if isinstance(command, CalendarPut) else "remove"
    generation = command.generation if isinstance(command, CalendarPut) else 0
    event_id = command.event_id or new_key
    return InFlight(command_id=command.command_id, kind=kind, event_id=event_id, generation=generation, started_at=now)


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


IdConflict = Literal["ours", "written", "deleted_since", "tombstone", "foreign"]
"""What holds the id of a new event: our event, maybe as just written; a tombstone, maybe of it; another event."""


def id_conflict(item: Item, put: CalendarPut, first_try: datetime) -> IdConflict:
    """Return what holds the id of an event that was to be created.

    A tombstone newer than the command's first try was inserted by us and then deleted by the user.
    """
    if isinstance(item, EventRemoved):
        return "deleted_since" if item.at is not None and item.at > first_try else "tombstone"
    event = snapshot_of(item)
    if event is None or not is_ours(event, put):
        return "foreign"
    return "written" if is_written(event, put) else "ours"


def refusal(connection: Connection, command: CalendarPut | CalendarRemove) -> str | None:
    """Return why a command is not carried out at all, None where it may be."""
    if connection.phase in {"connecting", "stopped"}:
        return "not_connected"
    if connection.phase == "stopping" and connection.trouble and connection.trouble.needs_user:
        return connection.trouble.kind
    if not isinstance(command, CalendarPut):
        return None
    if connection.phase == "stopping":
        return "stopping"
    return "calendar_changed" if command.calendar_id != connection.settings.calendar_id else None
