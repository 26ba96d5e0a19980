"""`reconcile(link, connection, now)` decides what becomes of one item: the engine of the sync. Pure and total.

The first rule that has something to say decides. Changes are found per side, against what that side last agreed
to: what a provider normalises is no edit, and our own write coming back is no change.
"""

from collections.abc import Callable
from datetime import datetime

from mapper.domain.model import explanations
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.decision import Decision
from mapper.domain.model.evaluation_context import (
    EvaluationContext,
    explain,
    freeze,
    is_over,
    no_change,
    skip,
    transition,
)
from mapper.domain.model.link import Link
from mapper.domain.rules.merging.both_sides import decide_pair
from mapper.domain.rules.merging.carry_over import import_edits_first
from mapper.domain.rules.one_side import decide_only_activity, decide_only_event, is_written
from mapper.domain.rules.redaction import redact
from mapper.domain.rules.removal import remove_event
from mapper.domain.rules.stopping import stopped

Rule = Callable[[EvaluationContext], Decision | None]


def reconcile(link: Link, connection: Connection, now: datetime) -> Decision:
    """Return what becomes of the link: its next state, the actions on either side, and why."""
    context = EvaluationContext(link, connection, now)
    for rule in _RULES:
        decision = rule(context)
        if decision is not None:
            return decision
    return no_change(context)


def _command_under_way(context: EvaluationContext) -> Decision | None:
    return no_change(context) if context.link.pending else None


def _pairing_on_connect(context: EvaluationContext) -> Decision | None:
    if context.connection.adopted:
        return None
    return explain(context, explanations.PAIRING)


def _other_calendar(context: EvaluationContext) -> Decision | None:
    link, chosen = context.link, context.connection.settings.calendar_id
    if link.calendar_id == chosen:
        return None
    if context.from_calendar:
        return skip(context, "calendar_changed", explanations.OTHER_CALENDAR)
    if (context.event or link.event_unread) and is_over(context):
        return freeze(context)
    if context.event or link.event_unread:
        removal = remove_event(context, "calendar_changed", explanations.MOVING_CALENDAR)
        return import_edits_first(context) or removal
    moved = link.in_calendar(chosen)
    return reconcile(moved.closed("calendar_changed") if link.linked else moved, context.connection, context.now)


def _not_owner(context: EvaluationContext) -> Decision | None:
    activity = context.activity
    if activity is None or activity.owner_id == context.connection.user_id:
        return None
    if context.link.agreed and not context.from_calendar and context.event:
        return remove_event(context, "not_owner", explanations.HANDED_OVER)
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
    if context.link.state == "closed" or (context.link.event_unread and is_written(context.link)):
        return no_change(context)
    return skip(context, "deleted", explanations.BOTH_GONE)


def _both_there(context: EvaluationContext) -> Decision | None:
    if context.activity and context.event:
        return decide_pair(context, context.activity, context.event)
    return None


_RULES: tuple[Rule, ...] = (
    _command_under_way,
    stopped,
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
    decide_only_activity,
    decide_only_event,
)
