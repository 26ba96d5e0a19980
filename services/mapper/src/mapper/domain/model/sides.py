"""The two sides of a link: the event as last read, the activity as last published, and the guests between them."""

from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, Field

from contracts.activities import ActivityAttendee, ActivityField, ActivitySnapshot
from contracts.calendar_events import GoneKind
from contracts.calendar_objects import EventField, EventSnapshot
from contracts.envelope import Value


class EventSide(Value):
    """The calendar's side, as last read."""

    event: EventSnapshot | None = None
    seq: int = 0
    changed_at: dict[EventField, AwareDatetime] = Field(default_factory=dict)
    read_at: AwareDatetime | None = None
    gone: GoneKind | None = None
    gone_at: AwareDatetime | None = None
    baseline: bool = False
    gone_series: str | None = Field(default=None, description="the deleted series that it went with (H4)")
    context: str = Field(default="", description="what the description holds of our block (F4); not part of `event`")
    restoring: bool = Field(default=False, description="the user wants the event created again (H4)")

    @property
    def live(self) -> EventSnapshot | None:
        """The event, unless it is gone."""
        return None if self.gone else self.event

    def with_event(self, event: EventSnapshot) -> Self:
        """Return the side with another content of its event; when and how it was read stays."""
        return self.model_copy(update={"event": event})

    def with_order_forgotten(self) -> Self:
        """Return the side as not yet read: the next read of the event counts as the first (K4)."""
        return self.model_copy(update={"seq": 0})

    def with_gone(self, kind: GoneKind, *, seq: int, gone_at: datetime, series_id: str | None) -> Self:
        """Return the side after a read that did not find the event any more (H2)."""
        gone = {"seq": seq, "gone": kind, "gone_at": gone_at, "gone_series": series_id, "restoring": False}
        return self.model_copy(update=gone)

    def with_gone_by_command(self, *, seq: int, gone_at: datetime) -> "EventSide":
        """Return the side after a command that found, or left, no event."""
        return EventSide(event=self.event, seq=seq, changed_at=self.changed_at, gone="deleted", gone_at=gone_at)

    def with_restoring(self) -> Self:
        """Return the side with its event to be created again (H4)."""
        return self.model_copy(update={"restoring": True})

    def redacted(self, event: EventSnapshot) -> Self:
        """Return the side with the masked event in the place of what it said (G2)."""
        return self.model_copy(update={"event": event, "context": ""})


class ActivitySide(Value):
    """The CRM's side, as last published."""

    activity: ActivitySnapshot | None = None
    context: str = Field(default="", description="the block about its linked items, as it is to be (F4)")

    @property
    def version(self) -> int:
        """The activity's version; 0 before it exists."""
        return self.activity.version if self.activity else 0

    @property
    def live(self) -> ActivitySnapshot | None:
        """The activity, unless it is deleted."""
        return self.activity if self.activity and not self.activity.deleted else None

    @property
    def deleted(self) -> bool:
        """Whether it existed and is deleted."""
        return self.activity is not None and self.activity.deleted

    def with_activity(self, activity: ActivitySnapshot) -> Self:
        """Return the side with another content of its activity."""
        return self.model_copy(update={"activity": activity})

    def redacted(self, activity: ActivitySnapshot | None) -> Self:
        """Return the side with the masked activity in the place of what it said (G2)."""
        return self.model_copy(update={"activity": activity, "context": ""})

    def changed_at(self, field: ActivityField) -> AwareDatetime:
        """Return when a mapped field last changed."""
        if self.activity is None:
            raise ValueError("there is no activity")
        return self.activity.changed_at.get(field, self.activity.add_time)


class Guests(Value):
    """What comes in with an event beside the mapped fields, and is never written out (F5, I1, I2, E2, E5)."""

    attendees: tuple[ActivityAttendee, ...] = ()
    conference_meeting_url: str | None = None
    recurring: bool = False
    read_only: bool = False
    would_mail_guests: bool = False
    private: bool = False

    def with_attendees(self, attendees: tuple[ActivityAttendee, ...]) -> Self:
        """Return the same with other guests."""
        return self.model_copy(update={"attendees": attendees})

    def redacted(self) -> Self:
        """Return what is left of a private event's guests: their number is hidden, too (G2)."""
        return self.model_copy(update={"attendees": (), "conference_meeting_url": None})
