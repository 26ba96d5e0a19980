"""An activity without an event: may it go out? (A1, B1, B2, C1, D1, D3, D4)."""

from dataclasses import replace
from datetime import datetime

from contracts.activities import ActivitySnapshot
from contracts.activity_commands import ActivityChanges
from contracts.calendar_objects import EventChanges
from mapper.domain import verdicts
from mapper.domain.decision import Decision, PutActivity, PutEvent, Verdict
from mapper.domain.fields import event_time, event_values, mapped_fields
from mapper.domain.situation import Situation, leave_out, stand
from mapper.domain.window import latest, lies_ahead


def decide_outbound(situation: Situation, activity: ActivitySnapshot) -> Decision:
    """Create the event, or say why not."""
    obstacle = _obstacle(situation, activity)
    if obstacle:
        return leave_out(situation, *obstacle)
    verdict = verdicts.GOES_OUT_ONE_WAY if situation.connection.one_way else verdicts.GOES_OUT
    return create_event(situation, activity, verdict)


def create_event(situation: Situation, activity: ActivitySnapshot, verdict: Verdict) -> Decision:
    """Create the event with everything that is mapped."""
    changes = EventChanges(**event_values(mapped_fields(activity)))
    return stand(situation, "pending", None, verdict, PutEvent(changes, create=True))


def restore_event(situation: Situation, activity: ActivitySnapshot) -> Decision:
    """Create a deleted event again because the user wants it back (H4), whatever its type or origin.

    It is the user's own and stands alone now, so what locked its activity is lifted (E2, E5, G2).
    """
    if event_time(activity.schedule) is None:
        return stand(situation, "dormant", "undated", verdicts.ASLEEP)
    creation = create_event(situation, activity, verdicts.RESTORED)
    guests = situation.link.agreed_guests
    if guests is None or not (guests.recurring or guests.read_only or guests.private):
        return creation
    unlock = PutActivity(ActivityChanges(recurring=False, read_only=False, private=False))
    return replace(creation, asks=(*creation.asks, unlock))


def recreate_event(situation: Situation, activity: ActivitySnapshot) -> Decision:
    """Create the event again for an edit that came after its deletion (J3), as soon as it may go out (C6, D4)."""
    obstacle = _undated(activity) or _unselected(situation, activity)
    if obstacle:
        return leave_out(situation, *obstacle)
    return create_event(situation, activity, verdicts.EDIT_BEATS_DELETION)


def _undated(activity: ActivitySnapshot) -> tuple[str, Verdict] | None:
    return ("undated", verdicts.UNDATED) if event_time(activity.schedule) is None else None


def _unselected(situation: Situation, activity: ActivitySnapshot) -> tuple[str, Verdict] | None:
    if situation.connection.selects(activity.type):
        return None
    return "filtered", verdicts.filtered(activity.type, situation.selected_types)


def _obstacle(situation: Situation, activity: ActivitySnapshot) -> tuple[str, Verdict] | None:
    connection = situation.connection
    when = event_time(activity.schedule)
    if when is None or not connection.selects(activity.type):
        return _undated(activity) or _unselected(situation, activity)
    covered_since = connection.covers_outbound_since(activity.type)
    edited = _last_edit(activity)
    if not lies_ahead(when, latest(edited, covered_since), situation.zone):
        return "past", verdicts.PAST
    known_before = situation.link.agreed
    if connection.settings.backfill == "none" and edited < covered_since and not known_before:
        return "backfill", verdicts.BEFORE_CONNECTING
    return None


def _last_edit(activity: ActivitySnapshot) -> datetime:
    """Return when what the sync looks at last changed: marking an activity done, or a note, is no such change (D1)."""
    return latest(activity.add_time, activity.type_changed_at, *activity.changed_at.values())
