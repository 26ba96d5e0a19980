"""Topic `calendar.commands.v1`: what is asked of the connector. Key: the connection id.

One topic, so that one consumer does all the work of a connection, in order.
"""

from typing import Annotated, Literal

from pydantic import Field

from contracts.calendar_objects import EventChanges, Marker
from contracts.envelope import Id, Message

PullReason = Literal["push", "poll", "second_look", "settle", "horizon", "resync", "settings"]


class CalendarCommand(Message):
    """Shared body."""

    connection_id: Id


class CalendarPull(CalendarCommand):
    """Read what changed. A notification carries no data that we trust: this is all it says."""

    type: Literal["calendar.pull.v1"] = "calendar.pull.v1"
    reason: PullReason


class CalendarReplay(CalendarCommand):
    """Read the whole window and tell all of it, changed or not; ends with a count."""

    type: Literal["calendar.replay.v1"] = "calendar.replay.v1"
    replay_id: Id


class CalendarConfirm(CalendarCommand):
    """Read these events by their ids and tell each: links have them, and the replay did not show them (H2)."""

    type: Literal["calendar.confirm.v1"] = "calendar.confirm.v1"
    replay_id: Id
    event_ids: tuple[Id, ...]


class CalendarPut(CalendarCommand):
    """Create an event (no `event_id`) or change one."""

    type: Literal["calendar.put.v1"] = "calendar.put.v1"
    command_id: Id
    calendar_id: Id
    activity_id: Id
    event_id: Id | None = None
    generation: int = Field(default=0, ge=0, description="for the derived id of a new event")
    based_on: str | None = Field(default=None, description="content hash of the event that the changes were made from")
    changes: EventChanges = Field(description="a creation carries at least summary and time")
    marker: Marker


class CalendarRemove(CalendarCommand):
    """Delete an event."""

    type: Literal["calendar.remove.v1"] = "calendar.remove.v1"
    command_id: Id
    calendar_id: Id
    activity_id: Id
    event_id: Id
    based_on: str | None = None


CalendarCommandMessage = Annotated[
    CalendarPull | CalendarReplay | CalendarConfirm | CalendarPut | CalendarRemove, Field(discriminator="type")
]
