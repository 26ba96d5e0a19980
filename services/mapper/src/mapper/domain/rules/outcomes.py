"""What an outcome does to a link: its command is no longer pending, and what was carried out is agreed.

Agreed is what the command was made from and what the write itself answered, never a later read; that follows as a
read of its own.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from contracts.activity_commands import ActivityPut
from contracts.activity_outcomes import ActivityCommandSettled
from contracts.calendar_commands import CalendarPut, CalendarRemove
from contracts.calendar_events import CalendarCommandSettled
from contracts.calendar_objects import EventFields, EventSnapshot
from contracts.envelope import Value
from mapper.domain.model import explanations
from mapper.domain.model.decision import Decision
from mapper.domain.model.evaluation_context import guests_of
from mapper.domain.model.fields import PAIRS, ActivityFields, FieldPair, mapped_fields
from mapper.domain.model.link import ActivitySide, EventSide, Link, PendingCommand
from mapper.domain.rules.observe import note_activity, own_fields, with_event


def apply_calendar_outcome(link: Link, fact: CalendarCommandSettled) -> Decision:
    """Take in the answer to a put or remove of an event; an answer to nothing pending changes nothing."""
    pending = find_pending(link, fact.command_id)
    if pending is None:
        return Decision(link)
    link = _without(link, pending).model_copy(update={"generation": max(link.generation, fact.generation)})
    match fact.outcome:
        case "applied":
            return Decision(_calendar_applied(link, pending, fact))
        case "conflict":
            return Decision(_read(link, fact, fact.event))
        case "gone" if isinstance(pending.command, CalendarRemove):
            return Decision(_closed(_vanished(link, fact), pending))
        case "gone":
            return Decision(_vanished(link, fact))
        case "refused":
            return _calendar_refused(link, pending, fact)


def apply_activity_outcome(link: Link, fact: ActivityCommandSettled) -> Decision:
    """Take in the answer to a put or remove of an activity; an answer to nothing pending changes nothing."""
    pending = find_pending(link, fact.command_id)
    if pending is None:
        return Decision(link)
    link = _without(link, pending)
    match fact.outcome:
        case "applied" | "unchanged":
            return Decision(_activity_applied(link, pending, fact))
        case "stale":
            return Decision(_told(link, fact))
        case "refused" if fact.activity is not None and fact.activity.owner_id != link.user_id:
            return Decision(_told(link, fact))
        case "refused":
            refused = _left_behind(_told(link, fact), pending, fact.reason or "refused")
            return Decision(refused, explanations.quarantined(fact.reason or "the CRM gave no reason"))


def find_pending(link: Link, command_id: str) -> PendingCommand | None:
    """Return the pending command with this id."""
    return next((pending for pending in link.pending if pending.command.command_id == command_id), None)


def with_pending(link: Link, pending: tuple[PendingCommand, ...]) -> Link:
    """Return the link with these commands under way, and the flags by which they are found."""
    due_at = min((one.due_at for one in pending), default=None)
    return link.model_copy(update={"pending": pending, "has_pending": bool(pending), "pending_due_at": due_at})


def _without(link: Link, done: PendingCommand) -> Link:
    return with_pending(link, tuple(pending for pending in link.pending if pending != done))


def _calendar_applied(link: Link, pending: PendingCommand, fact: CalendarCommandSettled) -> Link:
    if not isinstance(pending.command, CalendarPut):
        return _closed(_vanished(link, fact), pending)
    if fact.event is None:
        link = _written(link, pending.command, fact)
    link = _read(link, fact, fact.event)
    answer = fact.event.fields if fact.event else _as_sent(pending.event_fields, pending.command.changes, EventFields)
    if answer is None or pending.activity_fields is None:
        return link
    if pending.context is not None:
        link = link.model_copy(update={"agreed_context": pending.context})
    answer = own_fields(link, answer)
    link = _agree(link, _conveyed(pending.command.changes.model_dump()), answer, pending.activity_fields)
    update: dict[str, Any] = {"state": "active", "reason": None}
    if pending.command.event_id is None and fact.event is not None:
        update["agreed_guests"] = guests_of(fact.event)
    event_id = fact.event.event_id if fact.event else fact.event_id
    if pending.command.event_id is None and event_id:
        link = link.with_event_id(event_id) if fact.event else _made_unseen(link, event_id)
    return link.model_copy(update=update)


def _made_unseen(link: Link, event_id: str) -> Link:
    """Note that the link's event is this one, known by its id; what was read of one before says nothing of it."""
    another = link.event_id not in {None, event_id}
    return link.with_event_id(event_id).model_copy(update={"event": EventSide(seq=link.event.seq)} if another else {})


def _written(link: Link, command: CalendarPut, fact: CalendarCommandSettled) -> Link:
    """Note what was written where the write's own answer got lost; what is there follows as a read of its own."""
    event = link.event.live
    fields = _as_sent(event.fields, command.changes, EventFields) if event else None
    if event is None or fact.seq < link.event.seq:
        return link
    written = event.model_copy(update={"fields": own_fields(link, fields or event.fields)})
    return link.model_copy(update={"event": link.event.model_copy(update={"event": written})})


def _activity_applied(link: Link, pending: PendingCommand, fact: ActivityCommandSettled) -> Link:
    link = _told(link, fact)
    if not isinstance(pending.command, ActivityPut):
        return _closed(link, pending)
    if pending.event_fields is None:
        return link
    sent = _sent(pending, fact)
    if sent is not None:
        link = _agree(link, _conveyed(pending.command.changes.model_dump()), pending.event_fields, sent)
    state = "active" if link.state == "pending" else link.state
    return link.model_copy(update={"state": state, "agreed_guests": pending.guests})


def _sent(pending: PendingCommand, fact: ActivityCommandSettled) -> ActivityFields | None:
    """Return what the CRM holds by our write: its answer, unless somebody wrote again before it was given."""
    command = pending.command
    if not isinstance(command, ActivityPut):
        return None
    ours = fact.outcome == "unchanged" or fact.version == command.expected_version + 1
    if ours and fact.activity is not None and fact.activity.version == fact.version:
        return mapped_fields(fact.activity)
    return _as_sent(pending.activity_fields, command.changes, ActivityFields)


F = TypeVar("F", EventFields, ActivityFields)


def _as_sent(before: F | None, changes: Value, model: type[F]) -> F | None:
    """Return the fields with the changes made; None where there were none before, and the changes are not all."""
    given = {name: value for name, value in changes if name in model.model_fields and value is not None}
    if before is None and not {name for name, field in model.model_fields.items() if field.is_required()} <= set(given):
        return None
    return before.model_copy(update=given) if before else model.model_validate(given)


def _conveyed(changes: Mapping[str, Any]) -> tuple[FieldPair, ...]:
    given = {name for name, value in changes.items() if value is not None}
    return tuple(pair for pair in PAIRS if pair.event in given or pair.activity in given)


def _agree(link: Link, pairs: tuple[FieldPair, ...], event: EventFields, activity: ActivityFields) -> Link:
    event_values: dict[str, Any] = {pair.event: getattr(event, pair.event) for pair in pairs}
    activity_values: dict[str, Any] = {pair.activity: getattr(activity, pair.activity) for pair in pairs}
    return link.model_copy(
        update={
            "agreed_event": (link.agreed_event or event).model_copy(update=event_values),
            "agreed_activity": (link.agreed_activity or activity).model_copy(update=activity_values),
        }
    )


def _read(link: Link, fact: CalendarCommandSettled, event: EventSnapshot | None) -> Link:
    if event is None or fact.seq < link.event.seq:
        return link
    side = with_event(link, event, fact.seq, fact.occurred_at, baseline=False)
    return link.model_copy(update={"event": side})


def _vanished(link: Link, fact: CalendarCommandSettled) -> Link:
    if fact.seq < link.event.seq:
        return link
    gone_at = fact.gone_at or link.event.read_at or fact.occurred_at
    side = EventSide(
        event=link.event.event, seq=fact.seq, changed_at=link.event.changed_at, gone="deleted", gone_at=gone_at
    )
    return link.model_copy(update={"event": side})


def _told(link: Link, fact: ActivityCommandSettled) -> Link:
    if fact.activity is None and fact.version == 0:
        return link.model_copy(update={"activity": ActivitySide()})
    return note_activity(link, fact.activity, fact.linked_items) if fact.activity else link


def _closed(link: Link, pending: PendingCommand) -> Link:
    return link.model_copy(update={"state": "closed", "reason": pending.closing})


def _calendar_refused(link: Link, pending: PendingCommand, fact: CalendarCommandSettled) -> Decision:
    """An event the provider does not let the user change shows what the calendar says from now on (E5)."""
    event = link.event.event
    if isinstance(pending.command, CalendarPut) and pending.command.event_id and event is not None:
        side = link.event.model_copy(update={"event": event.model_copy(update={"editable": False})})
        return Decision(link.model_copy(update={"event": side}))
    refused = _left_behind(link, pending, fact.reason or "refused")
    return Decision(refused, explanations.quarantined(fact.reason or "the calendar gave no reason"))


def _left_behind(link: Link, pending: PendingCommand, reason: str) -> Link:
    """Return the link whose command was refused; what stopping could not remove is counted (K1)."""
    if pending.closing == "stopped":
        return link.model_copy(update={"state": "closed", "reason": "stopped", "left_behind": True})
    return link.model_copy(update={"state": "closed" if pending.closing else "quarantined", "reason": reason})
