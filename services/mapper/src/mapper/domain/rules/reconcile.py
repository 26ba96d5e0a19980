"""The heart: `reconcile(link, connection, now)` decides what becomes of one item. Pure and total.

The first rule that has something to say decides. Changes are found per side, against what that side last agreed
to: what a provider normalises is no edit, and our own write coming back is no change.
"""

from collections.abc import Callable
from datetime import datetime

from contracts.calendar_objects import EventSnapshot
from mapper.domain.model import explanations
from mapper.domain.model.connection import Connection
from mapper.domain.model.decision import Decision, RemoveActivity, RemoveEvent
from mapper.domain.model.evaluation_context import EvaluationContext, no_change, skip, transition
from mapper.domain.model.fields import event_time
from mapper.domain.model.link import EventSide, Link
from mapper.domain.model.window import lies_ahead
from mapper.domain.rules.both_sides import decide_pair, import_edits_first
from mapper.domain.rules.deletion import decide_activity_deleted, decide_event_deleted
from mapper.domain.rules.inbound import create_activity, decide_inbound, excluded
from mapper.domain.rules.outbound import decide_outbound
from mapper.domain.rules.redaction import redact

_REMOVED_BY_US = frozenset({"undated", "filtered", "calendar_changed", "not_owner", "stopped", "past"})
"""Closed by our own removal: the counterpart is made again when the cause ends (D8); `past` follows one of the others
where the item was over by then."""

_RECREATES_EVENT = frozenset({"not_owner", "filtered", "undated"})
"""Closed while the event was there, or for an edit that came after its deletion: gone since, it is made again."""

_REOPENED_BY_EVENT = frozenset({"deleted", "stopped"})
"""Closed with its activity deleted: the event being there means that it, or the sync, is back (D8, K1)."""

Rule = Callable[[EvaluationContext], Decision | None]


def reconcile(link: Link, connection: Connection, now: datetime) -> Decision:
    """Return what becomes of the link: its next state, what is asked of either side, and why."""
    context = EvaluationContext(link, connection, now)
    for rule in _RULES:
        decision = rule(context)
        if decision is not None:
            return decision
    return no_change(context)


def _command_under_way(context: EvaluationContext) -> Decision | None:
    return no_change(context) if context.link.pending else None


def _stopped(context: EvaluationContext) -> Decision | None:
    connection = context.connection
    if connection.running:
        return None
    if connection.status == "connecting" or not context.link.agreed:
        return no_change(context)
    removal = _removal(context) if connection.status == "stopping" else None
    if removal is not None:
        return import_edits_first(context) or transition(context, "active", "stopped", explanations.STOPPED, removal)
    return _unless_closed(context, "stopped")


def _removal(context: EvaluationContext) -> RemoveActivity | RemoveEvent | None:
    """Return what stopping takes away (K1); never what belongs to somebody else by now (A8).

    Nor what was left without its event, as what is kept (H1): nothing could bring it back.
    """
    if context.link.state == "closed" and context.event is None:
        return None
    remove, activity = context.connection.remove, context.activity
    own = activity is not None and activity.owner_id == context.connection.user_id
    if remove == "activities" and context.from_calendar and own:
        return RemoveActivity("stopped")
    if remove == "events" and not context.from_calendar and context.event:
        return RemoveEvent("stopped")
    return None


def _unless_closed(context: EvaluationContext, reason: str) -> Decision:
    if context.link.state == "closed":
        return no_change(context)
    return transition(context, "closed", reason, explanations.STOPPED)


def _pairing_on_connect(context: EvaluationContext) -> Decision | None:
    if context.connection.adopted:
        return None
    return Decision(context.link, explanations.PAIRING)


def _other_calendar(context: EvaluationContext) -> Decision | None:
    link, chosen = context.link, context.connection.settings.calendar_id
    if link.calendar_id == chosen:
        return None
    if context.from_calendar:
        return skip(context, "calendar_changed", explanations.OTHER_CALENDAR)
    if (context.event or link.event_unread) and _is_over(context):
        return transition(context, "frozen", "past", explanations.FROZEN)
    if context.event or link.event_unread:
        removal = transition(
            context, "active", "calendar_changed", explanations.MOVING_CALENDAR, RemoveEvent("calendar_changed")
        )
        return import_edits_first(context) or removal
    left = {"state": "closed", "reason": "calendar_changed"} if link.linked else {}
    blank = {"calendar_id": chosen, "event": EventSide(seq=link.event.seq)}
    moved = link.with_event_id(None).model_copy(update=left | blank)
    return reconcile(moved, context.connection, context.now)


def _is_over(context: EvaluationContext) -> bool:
    """Tell whether neither side lies ahead: history stays in the calendar where it was."""
    activity, event = context.activity, context.event
    times = [event_time(activity.schedule) if activity else None, event.fields.time if event else None]
    known = [when for when in times if when is not None]
    return bool(known) and not any(lies_ahead(when, context.now, context.zone) for when in known)


def _not_owner(context: EvaluationContext) -> Decision | None:
    activity = context.activity
    if activity is None or activity.owner_id == context.connection.user_id:
        return None
    if context.link.agreed and not context.from_calendar and context.event:
        return transition(context, "active", "not_owner", explanations.HANDED_OVER, RemoveEvent("not_owner"))
    return skip(context, "not_owner", explanations.NOT_OWNER)


def _closed_for_good(context: EvaluationContext) -> Decision | None:
    return no_change(context) if context.link.closed_for_good else None


def _access_lost(context: EvaluationContext) -> Decision | None:
    if context.link.event.gone != "access_lost":
        return None
    return transition(context, context.link.state, "access_lost", explanations.ACCESS_LOST)


def _dormant(context: EvaluationContext) -> Decision | None:
    link = context.link
    paired = link.agreed or (context.activity and context.event)
    if not (context.connection.one_way and context.from_calendar and paired):
        return None
    if link.state == "closed":
        return no_change(context)
    return transition(context, "dormant", "dormant_one_way", explanations.DORMANT)


def _left_calendar(context: EvaluationContext) -> Decision | None:
    if context.link.event.gone != "left":
        return None
    return skip(context, "left", explanations.LEFT_CALENDAR)


def _both_gone(context: EvaluationContext) -> Decision | None:
    if context.activity or context.event:
        return None
    if context.link.state == "closed" or (context.link.event_unread and _is_written(context.link)):
        return no_change(context)
    return skip(context, "deleted", explanations.BOTH_GONE)


def _both_there(context: EvaluationContext) -> Decision | None:
    if context.activity and context.event:
        return decide_pair(context, context.activity, context.event)
    return None


def _only_activity(context: EvaluationContext) -> Decision | None:
    link, activity = context.link, context.activity
    if activity is None:
        return None
    if link.event.event is None and link.event.gone is None:
        return _unread(context) or _closed(context) or decide_outbound(context, activity)
    if link.state == "closed" and _makes_event_again(context):
        return decide_outbound(context, activity)
    if link.state == "closed" and not _chosen_again(context):
        return no_change(context)
    return decide_event_deleted(context, activity)


def _unread(context: EvaluationContext) -> Decision | None:
    """Wait where an event is known of, and its first read is still to come: not seeing it proves nothing (H2)."""
    link = context.link
    if _is_written(link):
        return no_change(context)
    waits = context.from_calendar or _is_over(context)
    if link.event_unread and waits and not _makes_event_again(context):
        return transition(context, link.state, link.reason, explanations.UNREAD)
    return None


def _closed(context: EvaluationContext) -> Decision | None:
    """Leave a link closed whose cause did not take the event along: it is remembered, and its event not seen."""
    closed = context.link.state == "closed" and not _makes_event_again(context)
    return no_change(context) if closed else None


def _chosen_again(context: EvaluationContext) -> bool:
    """Tell whether a link's calendar is chosen again: what is gone of either side since was deleted there (A9)."""
    return context.from_calendar and context.link.reason == "calendar_changed"


def _is_written(link: Link) -> bool:
    """Tell whether the event is known to be written, and its first read is still to come."""
    return link.agreed and link.state == "active"


def _makes_event_again(context: EvaluationContext) -> bool:
    """Tell whether the cause for which the link closed took its event along (D8)."""
    reason = context.link.reason
    return reason in _RECREATES_EVENT or (reason in _REMOVED_BY_US and not context.from_calendar)


def _only_event(context: EvaluationContext) -> Decision | None:
    link, event = context.link, context.event
    if event is None:
        return None
    if not link.activity.deleted:
        return decide_inbound(context, event)
    if link.state == "closed" and link.reason in _REOPENED_BY_EVENT:
        return _back_again(context, event)
    if link.state == "closed" and not _chosen_again(context):
        return no_change(context)
    return decide_activity_deleted(context, event)


def _back_again(context: EvaluationContext, event: EventSnapshot) -> Decision:
    """Bring the activity back, as soon as its event may be synced (D7, G2)."""
    exclusion = excluded(context, event) if context.from_calendar else None
    if exclusion is None:
        return create_activity(context, event, explanations.BACK_AGAIN)
    _, explanation = exclusion
    return transition(context, context.link.state, context.link.reason, explanation)


_RULES: tuple[Rule, ...] = (
    _command_under_way,
    _stopped,
    _pairing_on_connect,
    redact,
    _other_calendar,
    _not_owner,
    _closed_for_good,
    _access_lost,
    _dormant,
    _left_calendar,
    _both_gone,
    _both_there,
    _only_activity,
    _only_event,
)
