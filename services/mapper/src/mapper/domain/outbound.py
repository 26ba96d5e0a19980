"""An activity without an event: may it go out? (A1, B1, B2, C1, D1, D3, D4)."""

from datetime import datetime

from contracts.activities import ActivitySnapshot
from contracts.calendar_objects import EventChanges
from mapper.domain import verdicts
from mapper.domain.decision import Decision, PutEvent, Verdict
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


def _obstacle(situation: Situation, activity: ActivitySnapshot) -> tuple[str, Verdict] | None:
    connection = situation.connection
    when = event_time(activity.schedule)
    if when is None:
        return "undated", verdicts.UNDATED
    if not connection.selects(activity.type):
        return "filtered", verdicts.filtered(activity.type, situation.selected_types)
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
