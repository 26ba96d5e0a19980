"""An activity without an event: may it go out? (A1, B1, B2, C1, D1, D3, D4)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from contracts.activities import ActivitySnapshot
from contracts.activity_commands import ActivityChanges
from contracts.calendar_objects import EventChanges
from contracts.times import EventTime
from mapper.domain.model import explanations
from mapper.domain.model.activity_content import is_locked
from mapper.domain.model.decision import Decision, Explanation, Obstacle, PutActivity, PutEvent
from mapper.domain.model.evaluation_context import EvaluationContext, skip, transition
from mapper.domain.model.fields import event_values, mapped_fields
from mapper.domain.model.schedules import event_time
from mapper.domain.model.window import has_ended, latest, lies_ahead
from mapper.domain.rules import context_block


def decide_outbound(context: EvaluationContext, activity: ActivitySnapshot) -> Decision:
    """Create the event, or say why not."""
    obstacle = _obstacle(context, activity)
    if obstacle:
        return skip(context, *obstacle)
    explanation = explanations.OUTBOUND_ONE_WAY if context.connection.one_way else explanations.OUTBOUND
    return create_event(context, activity, explanation)


def create_event(context: EvaluationContext, activity: ActivitySnapshot, explanation: Explanation) -> Decision:
    """Create the event with everything that is mapped."""
    put = put_event(context, event_values(mapped_fields(activity)), create=True)
    return transition(context, "pending", None, explanation, put)


def put_event(context: EvaluationContext, values: dict[str, Any], *, create: bool = False) -> PutEvent:
    """Return a write of these values; a description takes the block along (F4)."""
    if "description" not in values:
        return PutEvent(EventChanges(**values), create=create)
    block = wanted_block(context)
    described = values | {"description": context_block.with_block(values["description"], block)}
    return PutEvent(EventChanges(**described), block, create=create)


def wanted_block(context: EvaluationContext) -> str:
    """Return the block that the event is to show (F4); empty where the user does not want one."""
    shown = context.connection.settings.include_context and may_show_block(context)
    return context.link.activity.context if shown else ""


def may_show_block(context: EvaluationContext) -> bool:
    """Tell whether the block may be written: not into what others organise or hide, nor what is locked (E5, G2, I2)."""
    event = context.event
    return event is None or (event.is_organizer and not event.masked and not is_locked(context, event))


def restore_event(context: EvaluationContext, activity: ActivitySnapshot) -> Decision:
    """Create a deleted event again because the user wants it back (H4), whatever its type or origin.

    It is the user's own and stands alone now, so what locked its activity is lifted (E2, E5, G2, I2).
    """
    if event_time(activity.schedule) is None:
        return transition(context, "dormant", "undated", explanations.UNDATED_DORMANT)
    creation = create_event(context, activity, explanations.RESTORED)
    guests = context.link.agreed_guests
    if guests is None or not (guests.recurring or guests.read_only or guests.would_mail_guests or guests.private):
        return creation
    unlock = PutActivity(ActivityChanges(recurring=False, read_only=False, would_mail_guests=False, private=False))
    return replace(creation, actions=(*creation.actions, unlock))


def recreate_event(context: EvaluationContext, activity: ActivitySnapshot) -> Decision:
    """Create the event again for an edit that came after its deletion (J3), as soon as it may go out (C6, D4)."""
    obstacle = _undated(activity) or _unselected(context, activity)
    if obstacle:
        return skip(context, *obstacle)
    return create_event(context, activity, explanations.EDIT_BEATS_DELETION)


def _undated(activity: ActivitySnapshot) -> Obstacle | None:
    return ("undated", explanations.UNDATED) if event_time(activity.schedule) is None else None


def _unselected(context: EvaluationContext, activity: ActivitySnapshot) -> Obstacle | None:
    if context.connection.selects(activity.type):
        return None
    return "filtered", explanations.filtered(activity.type, context.selected_types)


def _obstacle(context: EvaluationContext, activity: ActivitySnapshot) -> Obstacle | None:
    connection = context.connection
    when = event_time(activity.schedule)
    if when is None or not connection.selects(activity.type):
        return _undated(activity) or _unselected(context, activity)
    covered_since = connection.covers_outbound_since(activity.type)
    edited = _last_edit(activity)
    if _is_past(context, when, latest(edited, covered_since)):
        return "past", explanations.PAST
    if connection.settings.backfill == "none" and edited < covered_since and not context.link.linked:
        return "backfill", explanations.BEFORE_CONNECTING
    return None


def _is_past(context: EvaluationContext, when: EventTime, moment: datetime) -> bool:
    """Tell whether it is too late to make the event: by the start (D1), and once it was linked by the end (D2, D8)."""
    if context.link.linked:
        return has_ended(when, moment, context.zone)
    return not lies_ahead(when, moment, context.zone)


def _last_edit(activity: ActivitySnapshot) -> datetime:
    """Return when what the sync looks at last changed: marking an activity done, or a note, is no such change (D1)."""
    return latest(activity.add_time, activity.type_changed_at, *activity.changed_at.values())
