"""Topic `calendar.events.v1`: what the connector saw in a calendar, and the outcome of our own writes there.

Key: the connection id. `seq` is drawn from the connection's document when the read or write began; the mapper
ignores a lower one per link, so that a read from before our write cannot look like a user's edit.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.calendar_objects import EventSnapshot
from contracts.envelope import Id, Message, Value

GoneKind = Literal["deleted", "left", "access_lost"]
"""H2: really deleted; left the calendar or the filter; no longer visible to us."""

CalendarOutcome = Literal["applied", "conflict", "gone", "refused"]


class Pass(Value):
    """One pull, resync or settings change; its deletions come after its last page, each with their number (H4)."""

    id: Id
    deletions: int = Field(default=0, ge=0)


class CalendarFact(Message):
    """Shared body: which connection and calendar, under which settings, in which order."""

    connection_id: Id
    account_key: Id
    calendar_id: Id
    settings_version: int = Field(ge=1)
    seq: int = Field(ge=1)


class EventChanged(CalendarFact):
    """An event is now like this."""

    type: Literal["calendar.event.changed.v1"] = "calendar.event.changed.v1"
    event: EventSnapshot
    baseline: bool = Field(default=False, description="it was there before a connection with backfill none (D3)")
    replay_id: Id | None = Field(default=None, description="the replay that it is told for")
    replaces: Id | None = Field(default=None, description="the event id that this one had before (E4)")
    sync_pass: Pass | None = None


class EventGone(CalendarFact):
    """An event is no longer there, in one of three ways (H2)."""

    type: Literal["calendar.event.gone.v1"] = "calendar.event.gone.v1"
    event_id: Id
    gone: GoneKind
    gone_at: AwareDatetime | None = Field(
        default=None, description="the provider's time; without one, when the last read before it began (J3)"
    )
    series_id: Id | None = Field(default=None, description="a deleted series counts as one for the brake (H4)")
    sync_pass: Pass | None = None


class CalendarCommandSettled(CalendarFact):
    """A put or remove was carried out, or not."""

    type: Literal["calendar.command.settled.v1"] = "calendar.command.settled.v1"
    command_id: Id
    activity_id: Id
    outcome: CalendarOutcome
    event_id: Id | None = Field(default=None, description="the event that was written, where that is known")
    event: EventSnapshot | None = Field(
        default=None, description="applied: as the write itself answered; conflict: as it was read instead"
    )
    generation: int = Field(default=0, ge=0, description="of the derived id, raised when a tombstone held it")
    reason: str | None = Field(default=None, description="for refused: forbidden_for_non_organizer, ...")
    passing: bool = Field(default=False, description="refused as things are just now; the event is not to blame (J2)")
    gone_at: AwareDatetime | None = Field(default=None, description="gone: when it was deleted, where that is known")

    def with_event(self, event: EventSnapshot | None) -> "CalendarCommandSettled":
        """Return the same outcome with another snapshot of its event."""
        return self.model_copy(update={"event": event})


class CalendarReplayEnded(CalendarFact):
    """Everything in the window has been told: `count` events came before this one, in this partition."""

    type: Literal["calendar.replay.ended.v1"] = "calendar.replay.ended.v1"
    replay_id: Id
    count: int = Field(ge=0)


class CalendarConfirmed(CalendarFact):
    """Every event that was asked for by its id has been told, but for those the provider knows nothing of (H2)."""

    type: Literal["calendar.confirmed.v1"] = "calendar.confirmed.v1"
    replay_id: Id


CalendarEvent = Annotated[
    EventChanged | EventGone | CalendarCommandSettled | CalendarReplayEnded | CalendarConfirmed,
    Field(discriminator="type"),
]
