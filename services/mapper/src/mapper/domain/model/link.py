"""A link: what the mapper knows of one item on both sides, and what they last agreed on."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Self

from pydantic import AwareDatetime, Field

from chassis.persistence.document import Document
from contracts.activities import ActivitySnapshot, ExternalRef, SyncSummary
from contracts.calendar_objects import EventFields
from contracts.decisions import Outcome, SyncDecided
from contracts.envelope import Value
from contracts.links import Origin
from mapper.domain.model.fields import ActivityFields, FieldPair, mapped_fields, with_values
from mapper.domain.model.pending import PendingCommand
from mapper.domain.model.sides import ActivitySide, EventSide, Guests
from mapper.domain.model.states import FINAL_REASONS, LINKED_STATES, CloseReason, LinkState, Reason

_KEPT_EVENT_IDS = 10
_KEPT_RECORDS = 20


class DecisionRecord(Value):
    """A decision as it is kept: `text` is the message in JSON, since it is written often and seldom read."""

    outcome: Outcome
    rule: str
    text: str

    def with_text(self, text: str) -> Self:
        """Return the record with another text."""
        return self.model_copy(update={"text": text})


class Link(Document):
    """One item. `records` holds the last decisions, newest first."""

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
    reason: str | None = Field(default=None, description="a `Reason`; quarantined: in the words of who refused")
    event: EventSide = Field(default_factory=EventSide)
    activity: ActivitySide = Field(default_factory=ActivitySide)
    gone_pass: str | None = Field(default=None, description="the pass whose deletion is only noted so far (H4)")
    agreed_event: EventFields | None = None
    agreed_activity: ActivityFields | None = None
    agreed_guests: Guests | None = None
    own_guests: tuple[str, ...] = Field(default=(), description="addresses that the CRM added, in lower case (I3)")
    agreed_context: str = Field(default="", description="the block as last written (F4); what became of it is no edit")
    generation: int = 0
    left_behind: bool = Field(default=False, description="stopping was to remove a side of it, and was refused (K1)")
    versions_before: int = Field(
        default=0, description="of this link, in a document that was lost: published versions go on from there"
    )
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
        """Whether it was a link once: agreed, or recovered as one from its activity."""
        return self.agreed or self.state in LINKED_STATES

    @property
    def closed_for_good(self) -> bool:
        """Whether nothing reopens it (D8)."""
        return self.state == "closed" and self.reason in FINAL_REASONS

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
        """The version that is published: it goes on where a lost document ended."""
        return self.versions_before + self.version

    def with_event_id(self, event_id: str | None) -> Self:
        """Return the link with this event as its own, and the one before among its former ones."""
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
        return self.with_event_side(self.event.with_restoring())

    def recording(self, record: DecisionRecord) -> Self:
        """Return the link with a decision on record, the newest first (L1)."""
        return self.model_copy(update={"records": (record, *self.records)[:_KEPT_RECORDS]})

    def decided_under(self, epoch: int, now: datetime) -> Self:
        """Return the link as decided now, under this epoch of its connection."""
        return self.model_copy(update={"epoch": epoch, "updated_at": now})

    def in_state(self, state: LinkState) -> Self:
        """Return the link in a state, for the reason that it has."""
        return self.model_copy(update={"state": state})

    def moved(self, state: LinkState, reason: Reason | None) -> Self:
        """Return the link in a state, and why."""
        return self.model_copy(update={"state": state, "reason": reason})

    def closed(self, reason: CloseReason | None) -> Self:
        """Return the link as closed (D8)."""
        return self.moved("closed", reason)

    def close_refused(self, reason: str) -> Self:
        """Return the link as closed, though the side that was to be removed with it is still there."""
        return self.model_copy(update={"state": "closed", "reason": reason})

    def stop_refused(self) -> Self:
        """Return the link as closed by stopping, with a side left that was to be removed (K1)."""
        return self.model_copy(update={"state": "closed", "reason": "stopped", "left_behind": True})

    def quarantined(self, reason: str) -> Self:
        """Return the link as quarantined, in the words of the service that refused its command."""
        return self.model_copy(update={"state": "quarantined", "reason": reason})

    def with_event_side(self, side: EventSide) -> Self:
        """Return the link with its event as now known."""
        return self.model_copy(update={"event": side})

    def with_activity_side(self, side: ActivitySide) -> Self:
        """Return the link with its activity as now known."""
        return self.model_copy(update={"activity": side})

    def with_pending(self, pending: tuple[PendingCommand, ...]) -> Self:
        """Return the link with these commands under way, and the flags by which they are found."""
        due_at = min((one.due_at for one in pending), default=None)
        return self.model_copy(update={"pending": pending, "has_pending": bool(pending), "pending_due_at": due_at})

    def with_generation(self, generation: int) -> Self:
        """Return the link with the generation of its event's derived id; it never goes back."""
        return self.model_copy(update={"generation": max(self.generation, generation)})

    def with_agreed_context(self, block: str) -> Self:
        """Return the link with the context block as last written (F4)."""
        return self.model_copy(update={"agreed_context": block})

    def with_agreed_guests(self, guests: Guests | None) -> Self:
        """Return the link with the guests as last taken over."""
        return self.model_copy(update={"agreed_guests": guests})

    def with_own_guests(self, addresses: tuple[str, ...]) -> Self:
        """Return the link with the guests that the CRM added (I3)."""
        return self.model_copy(update={"own_guests": addresses})

    def with_agreement(self, event: EventFields, activity: ActivityFields) -> Self:
        """Return the link with all mapped fields agreed as these."""
        return self.model_copy(update={"agreed_event": event, "agreed_activity": activity})

    def agreed_on(self, pairs: Collection[FieldPair], event: EventFields, activity: ActivityFields) -> Self:
        """Return the link with these fields agreed as both sides now have them (J1)."""
        of_event = {pair.event: getattr(event, pair.event) for pair in pairs}
        of_activity = {pair.activity: getattr(activity, pair.activity) for pair in pairs}
        return self.with_agreement(
            with_values(self.agreed_event or event, of_event),
            with_values(self.agreed_activity or activity, of_activity),
        )

    def recovered_from_reference(self, reference: ExternalRef) -> Self:
        """Return the link with the event that its activity refers to (K2)."""
        event = {"event_id": reference.event_id, "calendar_id": reference.calendar_id, "origin": reference.origin}
        return self.model_copy(update=event)

    def recovered_from_summary(self, sync: SyncSummary) -> Self:
        """Return the link with the state, version and event that its activity shows of it (K2)."""
        update: dict[str, Any] = {"origin": sync.origin, "versions_before": sync.version}
        if self.state == "unlinked" and sync.state in LINKED_STATES:
            update |= {"state": sync.state, "reason": sync.reason}
        if sync.event_id is not None and self.event.event is None:
            update |= {"event_id": sync.event_id, "calendar_id": sync.calendar_id or self.calendar_id}
        return self.model_copy(update=update)

    def paired_with(self, single: "Link") -> Self:
        """Return the link with the event of another one, which has no activity (K2)."""
        event = {"event": single.event, "calendar_id": single.calendar_id}
        return self.with_event_id(single.event_id).model_copy(update=event)

    def in_calendar(self, calendar_id: str) -> Self:
        """Return the link in another calendar, where it has no event yet (A9)."""
        blank = {"calendar_id": calendar_id, "event": EventSide(seq=self.event.seq)}
        return self.with_event_id(None).model_copy(update=blank)

    def owned_by(self, connection_id: str, user_id: str) -> Self:
        """Return the link under another connection of the same account, which forgets the order of the reads (K2)."""
        event = self.event.with_order_forgotten() if self.event.event else EventSide()
        fresh = {"event": event, "left_behind": False, "epoch": 0, "gone_pass": None}
        return self.with_pending(()).model_copy(update={"connection_id": connection_id, "user_id": user_id} | fresh)

    def redacted(
        self,
        activity: ActivitySnapshot | None,
        event: EventFields | None,
        fields: ActivityFields | None,
        records: tuple[DecisionRecord, ...],
    ) -> Self:
        """Return the link with masked content in all that it keeps beside the event (G2)."""
        masked = {
            "activity": self.activity.redacted(activity),
            "agreed_event": event,
            "agreed_activity": fields,
            "agreed_guests": self.agreed_guests and self.agreed_guests.redacted(),
            "own_guests": (),
            "agreed_context": "",
            "records": records,
        }
        return self.model_copy(update=masked)
