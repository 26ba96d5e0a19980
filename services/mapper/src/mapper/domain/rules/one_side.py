"""One side alone: its counterpart was never there, is not read yet, or is gone (D8, H1, H2)."""

from contracts.calendar_objects import EventSnapshot
from mapper.domain.model import explanations
from mapper.domain.model.decision import Decision
from mapper.domain.model.evaluation_context import EvaluationContext, explain, is_over, no_change
from mapper.domain.model.link import Link
from mapper.domain.rules.deletion import decide_activity_deleted, decide_event_deleted
from mapper.domain.rules.inbound import create_activity, decide_inbound, excluded
from mapper.domain.rules.outbound import decide_outbound

_REMOVED_BY_US = frozenset({"undated", "filtered", "calendar_changed", "not_owner", "stopped", "past"})
"""Closed by our own removal: the counterpart is made again when the cause ends (D8); `past` follows one of the others
where the item was over by then."""

_RECREATES_EVENT = frozenset({"not_owner", "filtered", "undated"})
"""Closed while the event was there, or for an edit that came after its deletion: gone since, it is made again."""

_REOPENED_BY_EVENT = frozenset({"deleted", "stopped"})
"""Closed with its activity deleted: the event being there means that it, or the sync, is back (D8, K1)."""


def decide_only_activity(context: EvaluationContext) -> Decision | None:
    """Create the event, wait for its first read, or follow its deletion. None where there is no such side."""
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
    if is_written(link):
        return no_change(context)
    waits = context.from_calendar or is_over(context)
    if link.event_unread and waits and not _makes_event_again(context):
        return explain(context, explanations.UNREAD)
    return None


def _closed(context: EvaluationContext) -> Decision | None:
    """Leave a link closed whose cause did not take the event along: it was recovered, and its event not read yet."""
    closed = context.link.state == "closed" and not _makes_event_again(context)
    return no_change(context) if closed else None


def _chosen_again(context: EvaluationContext) -> bool:
    """Tell whether a link's calendar is chosen again: what is gone of either side since was deleted there (A9)."""
    return context.from_calendar and context.link.reason == "calendar_changed"


def is_written(link: Link) -> bool:
    """Tell whether the event is known to be written, and its first read is still to come."""
    return link.agreed and link.state == "active"


def _makes_event_again(context: EvaluationContext) -> bool:
    """Tell whether the cause for which the link closed took its event along (D8)."""
    reason = context.link.reason
    return reason in _RECREATES_EVENT or (reason in _REMOVED_BY_US and not context.from_calendar)


def decide_only_event(context: EvaluationContext) -> Decision | None:
    """Create the activity, bring it back, or follow its deletion. None where there is no such side."""
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
    return explain(context, explanation)
