"""The connector's answers to a command: the event was written, removed, read anew, found gone, or refused."""

from contracts.calendar_commands import CalendarPut
from contracts.calendar_events import CalendarCommandSettled
from contracts.calendar_objects import EventFields, EventSnapshot
from mapper.domain.model import explanations
from mapper.domain.model.activity_content import guests_of
from mapper.domain.model.decision import Decision
from mapper.domain.model.link import Link
from mapper.domain.model.pending import PendingCommand
from mapper.domain.model.sides import EventSide
from mapper.domain.model.snapshots import mailing_guests, not_editable, with_fields
from mapper.domain.rules.command_outcomes.command_effects import as_sent, carried, refused
from mapper.domain.rules.observe import as_noted, own_fields, with_event


def event_written_or_removed(link: Link, pending: PendingCommand, fact: CalendarCommandSettled) -> Link:
    """Return the link after a put or remove of its event was carried out; what was written is agreed now."""
    if not isinstance(pending.command, CalendarPut):
        return vanished(link, fact).closed(pending.closing)
    if fact.event is None:
        link = _written(link, pending.command, fact)
    link = read_back(link, fact, fact.event)
    described = link if pending.context is None else link.with_agreed_context(pending.context)
    answer = _answered(described, pending.command, pending.event_fields, fact)
    if answer is None or pending.activity_fields is None:
        return link
    link = described.agreed_on(carried(pending.command.changes.model_dump()), answer, pending.activity_fields)
    return (_with_new_event(link, fact) if pending.command.event_id is None else link).moved("active", None)


def _answered(
    link: Link, command: CalendarPut, before: EventFields | None, fact: CalendarCommandSettled
) -> EventFields | None:
    """Return what the calendar holds by our write, as it is noted."""
    if fact.event is not None:
        return as_noted(link, fact.event).fields
    sent = as_sent(before, command.changes, EventFields)
    return own_fields(link, sent) if sent else None


def _with_new_event(link: Link, fact: CalendarCommandSettled) -> Link:
    if fact.event is not None:
        # What came with an event before stays until it is compared: its locks are lifted by that (I2).
        guests = link.agreed_guests or guests_of(fact.event, invites=True)
        return link.with_agreed_guests(guests).with_event_id(fact.event.event_id)
    return _with_unread_event(link, fact.event_id) if fact.event_id else link


def _with_unread_event(link: Link, event_id: str) -> Link:
    """Note that the link's event is this one, known by its id; what was read of one before says nothing of it."""
    another = link.event_id not in {None, event_id}
    own = link.with_event_id(event_id)
    return own.with_event_side(EventSide(seq=link.event.seq)) if another else own


def _written(link: Link, command: CalendarPut, fact: CalendarCommandSettled) -> Link:
    """Note what was written where the write's own answer got lost; what is there follows as a read of its own."""
    event = link.event.live
    fields = as_sent(event.fields, command.changes, EventFields) if event else None
    if event is None or fact.seq < link.event.seq:
        return link
    written = with_fields(event, own_fields(link, fields or event.fields))
    return link.with_event_side(link.event.with_event(written))


def read_back(link: Link, fact: CalendarCommandSettled, event: EventSnapshot | None) -> Link:
    """Return the link with the event that the answer shows, unless a later read is known."""
    if event is None or fact.seq < link.event.seq:
        return link
    side = with_event(link, event, fact.seq, fact.occurred_at, baseline=False)
    return link.with_event_side(side)


def vanished(link: Link, fact: CalendarCommandSettled) -> Link:
    """Return the link with its event gone, unless a later read is known."""
    if fact.seq < link.event.seq:
        return link
    gone_at = fact.gone_at or link.event.read_at or fact.occurred_at
    return link.with_event_side(link.event.with_gone_by_command(seq=fact.seq, gone_at=gone_at))


def event_refused(link: Link, pending: PendingCommand, fact: CalendarCommandSettled) -> Decision:
    """Return what a refusal leads to: an event that the user may not change shows the calendar's values (E5).

    One whose guests got there first is from now on known to have some (I2).
    """
    event = link.event.event
    if fact.reason == "would_mail_guests" and event is not None and pending.closing != "stopped":
        return Decision(link.with_event_side(link.event.with_event(mailing_guests(event))))
    if isinstance(pending.command, CalendarPut) and pending.command.event_id and event is not None:
        return Decision(link.with_event_side(link.event.with_event(not_editable(event))))
    closed = refused(link, pending, fact.reason or "refused")
    return Decision(closed, explanations.quarantined(fact.reason or "the calendar gave no reason"))
