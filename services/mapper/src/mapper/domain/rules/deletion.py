"""One side is gone: who follows, who comes back (H1 to H3, J3, D2)."""

from datetime import datetime

from contracts.activities import ActivitySnapshot
from contracts.calendar_objects import EventSnapshot
from mapper.domain.model import explanations
from mapper.domain.model.activity_content import read_only
from mapper.domain.model.decision import Decision, RemoveActivity
from mapper.domain.model.evaluation_context import (
    EvaluationContext,
    activate,
    freeze,
    hold_deletion,
    is_too_late,
    transition,
    was_over,
)
from mapper.domain.rules.inbound import create_activity
from mapper.domain.rules.merging.merge import activity_changes, event_changed_at, event_changes
from mapper.domain.rules.outbound import recreate_event, restore_event
from mapper.domain.rules.removal import remove_after_activity


def decide_event_deleted(context: EvaluationContext, activity: ActivitySnapshot) -> Decision:
    """Delete the activity after its event (H1), unless a later edit brings the event back (J3) or it is kept."""
    link, deleted_at = context.link, _event_deleted_at(context)
    if link.event.restoring:
        return restore_event(context, activity)
    edited_at = _activity_edited_at(context)
    event = link.event.event
    if _beats(context, edited_at, deleted_at) and not (event and read_only(event)):
        return recreate_event(context, activity)
    if context.connection.settings.on_event_deleted == "keep":
        return transition(context, "closed", "kept", explanations.EVENT_DELETED_KEPT)
    if _was_over(context, deleted_at):
        return freeze(context)
    if link.gone_pass or _since_waking(context, deleted_at):
        return hold_deletion(context, explanations.HELD_DELETION)
    return activate(context, explanations.EVENT_DELETED, RemoveActivity("deleted"))


def decide_activity_deleted(context: EvaluationContext, event: EventSnapshot) -> Decision:
    """Delete the event after its activity (H1), unless it is somebody else's (H3) or was edited later (J3)."""
    deleted_at = _activity_deleted_at(context)
    if context.from_calendar and not event.is_organizer:
        return transition(context, "closed", "not_organiser", explanations.NOT_ORGANISER)
    edits = [event_changed_at(context.link, pair) for pair in event_changes(context.link)]
    if _beats(context, max(edits, default=None), deleted_at):
        return create_activity(context, event, explanations.EDIT_BEATS_DELETION)
    if _was_over(context, deleted_at):
        return freeze(context)
    if _since_waking(context, deleted_at):
        return hold_deletion(context, explanations.HELD_REMOVAL)
    return remove_after_activity(context, explanations.ACTIVITY_DELETED)


def _event_deleted_at(context: EvaluationContext) -> datetime:
    return context.link.event.gone_at or context.now


def _activity_deleted_at(context: EvaluationContext) -> datetime:
    activity = context.link.activity.activity
    return activity.update_time if activity else context.now


def _activity_edited_at(context: EvaluationContext) -> datetime | None:
    link = context.link
    return max((link.activity.changed_at(pair.activity) for pair in activity_changes(link)), default=None)


def _beats(context: EvaluationContext, edited_at: datetime | None, deleted_at: datetime) -> bool:
    """Tell whether an edit is later than the deletion (J3), and was made before the item was over (D2)."""
    return edited_at is not None and edited_at > deleted_at and not is_too_late(context, edited_at)


def _since_waking(context: EvaluationContext, deleted_at: datetime) -> bool:
    return context.from_calendar and context.connection.withholds_deletion(deleted_at)


def _was_over(context: EvaluationContext, moment: datetime) -> bool:
    return context.link.agreed_event is not None and was_over(context, moment)
