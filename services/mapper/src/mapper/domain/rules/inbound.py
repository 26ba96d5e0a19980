"""An event without an activity: may it come in? (B1, B2, D1, D3, D7, G2)."""

from contracts.calendar_objects import EventSnapshot
from mapper.domain.model import explanations
from mapper.domain.model.activity_content import whole_activity
from mapper.domain.model.decision import Decision, Explanation, Obstacle, PutActivity
from mapper.domain.model.evaluation_context import EvaluationContext, skip, transition
from mapper.domain.model.window import latest, lies_ahead


def decide_inbound(context: EvaluationContext, event: EventSnapshot) -> Decision:
    """Create the activity, or say why not."""
    obstacle = _direction(context) or excluded(context, event) or _timing(context, event)
    if obstacle:
        return skip(context, *obstacle)
    return create_activity(context, event, explanations.INBOUND)


def create_activity(context: EvaluationContext, event: EventSnapshot, explanation: Explanation) -> Decision:
    """Create the activity, or bring it back, with everything the event gives."""
    return transition(context, "pending", None, explanation, PutActivity(whole_activity(context, event)))


def excluded(context: EvaluationContext, event: EventSnapshot) -> Obstacle | None:
    """Return why an event is not synced whatever its time (D7, G2)."""
    if event.event_type in {"birthday", "working_location"}:
        return "special_kind", explanations.SPECIAL_KIND
    if event.response == "declined":
        return "declined", explanations.DECLINED
    if is_private(event) and context.from_calendar and context.connection.settings.private_events == "skip":
        return "private_skipped", explanations.SKIPPED_PRIVATE
    return None


def is_private(event: EventSnapshot) -> bool:
    """Tell whether the event is private, however much of it is shown (G2)."""
    return event.masked or event.visibility == "private"


def _direction(context: EvaluationContext) -> Obstacle | None:
    if context.connection.one_way and context.from_calendar:
        return "one_way", explanations.ONE_WAY
    return None


def _timing(context: EvaluationContext, event: EventSnapshot) -> Obstacle | None:
    covered_since = context.connection.covers_inbound_since(private=is_private(event))
    if not lies_ahead(event.fields.time, latest(event.updated, covered_since), context.zone):
        return "past", explanations.PAST
    late = context.connection.settings.backfill == "none" and event.updated < covered_since
    if late or context.link.event.baseline:
        return "backfill", explanations.BEFORE_CONNECTING
    return None
