"""A link: what the mapper knows of one item on both sides, and what they last agreed on."""

from datetime import datetime
from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, Field

from chassis.persistence.document import Document
from contracts.activities import ActivityAttendee, ActivityField, ActivitySnapshot
from contracts.activity_commands import ActivityPut, ActivityRemove
from contracts.calendar_commands import CalendarPut, CalendarRemove
from contracts.calendar_events import GoneKind
from contracts.calendar_objects import EventField, EventFields, EventSnapshot
from contracts.decisions import Outcome, SyncDecided
from contracts.envelope import Value
from contracts.links import Origin
from mapper.domain.model.fields import ActivityFields, mapped_fields

LinkState = Literal["unlinked", "pending", "active", "dormant", "frozen", "closed", "quarantined"]
"""`unlinked`: an item that was looked at and has no counterpart; not shown as a link."""

LINKED_STATES: Final = frozenset({"active", "dormant", "frozen", "closed"})
"""What is `pending` or `quarantined` has no past: it is decided anew."""

_FINAL_REASONS: Final = frozenset({"kept", "not_organiser"})

_KEPT_EVENT_IDS = 10
_KEPT_RECORDS = 20

Command = Annotated[CalendarPut | CalendarRemove | ActivityPut | ActivityRemove, Field(discriminator="type")]


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


class ActivitySide(Value):
    """The CRM's side, as last told."""

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

    def changed_at(self, field: ActivityField) -> AwareDatetime:
        """Return when a mapped field last changed."""
        if self.activity is None:
            raise ValueError("there is no activity")
        return self.activity.changed_at.get(field, self.activity.add_time)


class Guests(Value):
    """What comes in with an event beside the mapped fields, and is never written out (F5, I1, E2, E5)."""

    attendees: tuple[ActivityAttendee, ...] = ()
    conference_meeting_url: str | None = None
    recurring: bool = False
    read_only: bool = False
    private: bool = False


class PendingCommand(Value):
    """A command under way, with the fields of both sides that it was made from."""

    command: Command
    event_fields: EventFields | None = None
    activity_fields: ActivityFields | None = None
    guests: Guests | None = None
    context: str | None = Field(default=None, description="the block that the description was written with (F4)")
    closing: str | None = Field(default=None, description="why the link closes once this is applied")
    due_at: AwareDatetime = Field(description="when it is sent again, unless an outcome came")
    attempts: int = 1

    @property
    def to_calendar(self) -> bool:
        """Whether the calendar is asked, not the CRM."""
        return isinstance(self.command, CalendarPut | CalendarRemove)

    def sent_again(self, due_at: datetime) -> Self:
        """Return the command as sent once more, and to be sent again at a time."""
        return self.model_copy(update={"attempts": self.attempts + 1, "due_at": due_at})


class DecisionRecord(Value):
    """A decision as it is kept: `text` is the fact in JSON, for it is written often and seldom asked for."""

    outcome: Outcome
    rule: str
    text: str


class Link(Document):
    """One item. `reason` is a word of the rules; `records` holds the last decisions, newest first."""

    company_id: str
    account_key: str
    connection_id: str
    user_id: str
    calendar_id: str
    activity_id: str
    event_id: str | None = None
    former_event_ids: tuple[str, ...] = Field(default=(), description="newest first; a late read of one is no copy")
    origin: Origin
    state: LinkState = "unlinked"
    reason: str | None = None
    event: EventSide = Field(default_factory=EventSide)
    activity: ActivitySide = Field(default_factory=ActivitySide)
    gone_pass: str | None = Field(default=None, description="the pass whose deletion is only noted so far (H4)")
    agreed_event: EventFields | None = None
    agreed_activity: ActivityFields | None = None
    agreed_guests: Guests | None = None
    agreed_context: str = Field(default="", description="the block as last written (F4); what became of it is no edit")
    generation: int = 0
    left_behind: bool = Field(default=False, description="stopping was to remove a side of it, and was refused (K1)")
    versions_before: int = Field(default=0, description="of this link, in a document that was lost: told ones go on")
    pending: tuple[PendingCommand, ...] = ()
    has_pending: bool = False
    pending_due_at: AwareDatetime | None = None
    epoch: int = Field(default=0, description="of the connection under which it was last decided")
    updated_at: AwareDatetime
    records: tuple[DecisionRecord, ...] = ()

    @property
    def history(self) -> tuple[SyncDecided, ...]:
        """The last decisions, newest first."""
        return tuple(SyncDecided.model_validate_json(record.text) for record in self.records)

    @property
    def linked(self) -> bool:
        """Whether it was a link once: agreed, or remembered as one by its activity."""
        return self.agreed or self.state in LINKED_STATES

    @property
    def closed_for_good(self) -> bool:
        """Whether nothing reopens it (D8)."""
        return self.state == "closed" and self.reason in _FINAL_REASONS

    @property
    def event_unread(self) -> bool:
        """Whether its event is known by its id alone."""
        return self.event_id is not None and self.event.event is None and self.event.gone is None

    @property
    def agreed(self) -> bool:
        """Whether the two sides were ever equal."""
        return self.agreed_event is not None and self.agreed_activity is not None

    @property
    def activity_fields(self) -> ActivityFields | None:
        """The mapped content of the activity, unless it is deleted."""
        return mapped_fields(self.activity.live) if self.activity.live else None

    @property
    def published_version(self) -> int:
        """The version that others are told: it goes on where a lost document ended."""
        return self.versions_before + self.version

    def with_event_id(self, event_id: str | None) -> "Link":
        """Return the link with this event as its own, remembering the one before."""
        if event_id == self.event_id:
            return self
        former = () if self.event_id is None else (self.event_id,)
        kept = (*former, *self.former_event_ids)[:_KEPT_EVENT_IDS]
        return self.model_copy(update={"event_id": event_id, "former_event_ids": kept})

    def holding_deletion(self, pass_id: str | None) -> Self:
        """Return the link with its deletion held back for a pass; None: it is held back no longer (H4)."""
        return self.model_copy(update={"gone_pass": pass_id})

    def restoring(self) -> Self:
        """Return the link with its event wanted back (H4)."""
        return self.model_copy(update={"event": self.event.model_copy(update={"restoring": True})})

    def recording(self, record: DecisionRecord) -> Self:
        """Return the link with a decision on record, the newest first (L1)."""
        return self.model_copy(update={"records": (record, *self.records)[:_KEPT_RECORDS]})

    def decided_under(self, epoch: int, now: datetime) -> Self:
        """Return the link as decided now, under this epoch of its connection."""
        return self.model_copy(update={"epoch": epoch, "updated_at": now})
