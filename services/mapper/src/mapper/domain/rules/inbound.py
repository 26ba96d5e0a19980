"""An event without an activity: may it come in? (B1, B2, D1, D3, D7, G2)."""

from contracts.calendar_objects import EventSnapshot
from mapper.domain.model import explanations
from mapper.domain.model.decision import Decision, PutActivity, Verdict
from mapper.domain.model.evaluation_context import Situation, leave_out, stand, whole_activity
from mapper.domain.model.window import latest, lies_ahead


def decide_inbound(situation: Situation, event: EventSnapshot) -> Decision:
    """Create the activity, or say why not."""
    obstacle = _direction(situation) or excluded(situation, event) or _timing(situation, event)
    if obstacle:
        return leave_out(situation, *obstacle)
    return create_activity(situation, event, explanations.COMES_IN)


def create_activity(situation: Situation, event: EventSnapshot, verdict: Verdict) -> Decision:
    """Create the activity, or bring it back, with everything the event gives."""
    return stand(situation, "pending", None, verdict, PutActivity(whole_activity(situation, event)))


def excluded(situation: Situation, event: EventSnapshot) -> tuple[str, Verdict] | None:
    """Return why an event is not synced whatever its time, with the word of the rules (D7, G2)."""
    if event.event_type in {"birthday", "working_location"}:
        return "special_kind", explanations.SPECIAL_KIND
    if event.response == "declined":
        return "declined", explanations.DECLINED
    if is_private(event) and situation.from_calendar and situation.connection.settings.private_events == "skip":
        return "private_skipped", explanations.SKIPPED_PRIVATE
    return None


def is_private(event: EventSnapshot) -> bool:
    """Tell whether the event is private, however much of it is shown (G2)."""
    return event.masked or event.visibility == "private"


def _direction(situation: Situation) -> tuple[str, Verdict] | None:
    if situation.connection.one_way and situation.from_calendar:
        return "one_way", explanations.ONE_WAY
    return None


def _timing(situation: Situation, event: EventSnapshot) -> tuple[str, Verdict] | None:
    covered_since = situation.connection.covers_inbound_since(private=is_private(event))
    if not lies_ahead(event.fields.time, latest(event.updated, covered_since), situation.zone):
        return "past", explanations.PAST
    late = situation.connection.settings.backfill == "none" and event.updated < covered_since
    if late or situation.link.event.baseline:
        return "backfill", explanations.BEFORE_CONNECTING
    return None
