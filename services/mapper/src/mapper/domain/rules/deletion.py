"""One side is gone: who follows, who comes back (H1 to H3, J3, D2)."""

from datetime import datetime

from contracts.activities import ActivitySnapshot
from contracts.calendar_objects import EventSnapshot
from mapper.domain.model import explanations
from mapper.domain.model.decision import Decision, RemoveActivity, RemoveEvent
from mapper.domain.model.evaluation_context import Situation, ahead, held_back, read_only, stand, stood_ahead
from mapper.domain.rules.inbound import create_activity
from mapper.domain.rules.merge import activity_changes, event_changed_at, event_changes
from mapper.domain.rules.outbound import recreate_event, restore_event


def decide_event_deleted(situation: Situation, activity: ActivitySnapshot) -> Decision:
    """Delete the activity after its event (H1), unless a later edit brings the event back (J3) or it is kept."""
    link, deleted_at = situation.link, _event_deleted_at(situation)
    if link.event.restoring:
        return restore_event(situation, activity)
    edited_at = _activity_edited_at(situation)
    event = link.event.event
    if _beats(situation, edited_at, deleted_at) and not (event and read_only(event)):
        return recreate_event(situation, activity)
    if situation.connection.settings.on_event_deleted == "keep":
        return stand(situation, "closed", "kept", explanations.EVENT_DELETED_KEPT)
    if _was_over(situation, deleted_at):
        return stand(situation, "frozen", "past", explanations.FROZEN)
    if link.gone_pass or _since_waking(situation, deleted_at):
        return held_back(situation, explanations.HELD_DELETION)
    return stand(situation, "active", link.reason, explanations.EVENT_DELETED, RemoveActivity("deleted"))


def decide_activity_deleted(situation: Situation, event: EventSnapshot) -> Decision:
    """Delete the event after its activity (H1), unless it is somebody else's (H3) or was edited later (J3)."""
    deleted_at = _activity_deleted_at(situation)
    if situation.from_calendar and not event.is_organizer:
        return stand(situation, "closed", "not_organiser", explanations.NOT_ORGANISER)
    edits = [event_changed_at(situation.link, pair) for pair in event_changes(situation.link)]
    if _beats(situation, max(edits, default=None), deleted_at):
        return create_activity(situation, event, explanations.EDIT_BEATS_DELETION)
    if _was_over(situation, deleted_at):
        return stand(situation, "frozen", "past", explanations.FROZEN)
    if _since_waking(situation, deleted_at):
        return held_back(situation, explanations.HELD_REMOVAL)
    return stand(situation, "active", situation.link.reason, explanations.ACTIVITY_DELETED, RemoveEvent("deleted"))


def _event_deleted_at(situation: Situation) -> datetime:
    return situation.link.event.gone_at or situation.now


def _activity_deleted_at(situation: Situation) -> datetime:
    activity = situation.link.activity.activity
    return activity.update_time if activity else situation.now


def _activity_edited_at(situation: Situation) -> datetime | None:
    link = situation.link
    return max((link.activity.changed_at(pair.activity) for pair in activity_changes(link)), default=None)


def _beats(situation: Situation, edited_at: datetime | None, deleted_at: datetime) -> bool:
    """Tell whether an edit is later than the deletion (J3), and was made before the item was over (D2)."""
    return edited_at is not None and edited_at > deleted_at and ahead(situation, edited_at)


def _since_waking(situation: Situation, deleted_at: datetime) -> bool:
    return situation.from_calendar and situation.connection.withholds_deletion(deleted_at)


def _was_over(situation: Situation, moment: datetime) -> bool:
    return situation.link.agreed_event is not None and not stood_ahead(situation, moment)
