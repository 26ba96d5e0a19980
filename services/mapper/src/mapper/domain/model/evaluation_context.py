"""The evaluation context: one link under one connection at one moment, and the decisions that a rule can make of it."""

from dataclasses import dataclass
from datetime import datetime

from contracts.activities import ActivitySnapshot
from contracts.calendar_objects import EventSnapshot
from contracts.times import EventTime
from mapper.domain.model import explanations
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.decision import Action, Decision, Explanation
from mapper.domain.model.link import Link
from mapper.domain.model.schedules import event_time
from mapper.domain.model.states import CloseReason, LinkState, Reason
from mapper.domain.model.window import end_of, ends, has_ended, latest


@dataclass(frozen=True)
class EvaluationContext:
    """A link, the connection it belongs to, and the present moment."""

    link: Link
    connection: Connection
    now: datetime

    @property
    def activity(self) -> ActivitySnapshot | None:
        """The activity, unless it is deleted."""
        return self.link.activity.live

    @property
    def event(self) -> EventSnapshot | None:
        """The event, unless it is gone."""
        return self.link.event.live

    @property
    def from_calendar(self) -> bool:
        """Whether the event was there before the activity."""
        return self.link.origin == "calendar"

    @property
    def zone(self) -> str:
        """The connection's time zone."""
        return self.connection.settings.timezone

    @property
    def would_mail_guests(self) -> bool:
        """Whether any change of the event would mail its guests, which the user did not allow (I2)."""
        return self.event is not None and self.event.mails_guests and not self.connection.invites

    @property
    def selected_types(self) -> tuple[str, ...]:
        """The types chosen for the calendar."""
        return self.connection.settings.outbound_types or ()


def is_too_late(context: EvaluationContext, moment: datetime) -> bool:
    """Tell whether a change made at a moment came when the item was over, or before the connection covers it (D2)."""
    return was_over(context, latest(moment, context.connection.coverage.connected_at))


def was_over(context: EvaluationContext, moment: datetime) -> bool:
    """Tell whether the agreed end and the new one had both come at a moment (D2)."""
    return all(has_ended(when, moment, context.zone) for when in _known_times(context))


def is_over(context: EvaluationContext) -> bool:
    """Tell whether both sides are over by now: history stays in the calendar where it was (D2)."""
    known = _current_times(context)
    return bool(known) and all(has_ended(when, context.now, context.zone) for when in known)


def _known_times(context: EvaluationContext) -> list[EventTime]:
    agreed = context.link.agreed_event
    return [*([agreed.time] if agreed else []), *_current_times(context)]


def _current_times(context: EvaluationContext) -> list[EventTime]:
    event, activity = context.event, context.activity
    times = [event.fields.time if event else None, event_time(activity.schedule) if activity else None]
    return [when for when in times if when is not None]


def no_change(context: EvaluationContext) -> Decision:
    """Decide nothing new."""
    return Decision(context.link)


def freeze(context: EvaluationContext) -> Decision:
    """Leave both sides as they are, because the item is over (D2); the words say when it ended."""
    last = max(_known_times(context), key=lambda when: end_of(when, context.zone), default=None)
    return transition(context, "frozen", "past", explanations.frozen(ends(last, context.zone) if last else None))


def explain(context: EvaluationContext, explanation: Explanation) -> Decision:
    """Leave the link in its state, and say why."""
    return Decision(context.link, explanation)


def transition(
    context: EvaluationContext, state: LinkState, reason: Reason | None, explanation: Explanation, *actions: Action
) -> Decision:
    """Put the link into a state, with an explanation and the actions that it takes."""
    return Decision(context.link.moved(state, reason), explanation, actions)


def activate(context: EvaluationContext, explanation: Explanation, *actions: Action) -> Decision:
    """Put the link to work for the reason that it has."""
    return Decision(context.link.in_state("active"), explanation, actions)


def hold_deletion(context: EvaluationContext, explanation: Explanation) -> Decision:
    """Delete nothing before the pass is judged, nor while the user is asked (H4)."""
    if context.connection.brake_id is None:
        return no_change(context)
    return transition(context, context.link.state, "needs_confirmation", explanation)


def skip(context: EvaluationContext, reason: CloseReason, explanation: Explanation) -> Decision:
    """Close what was a link once; an item without a counterpart stays unlinked.

    What closed it goes on explaining it: a later look that finds the same reason decides nothing new (L1).
    """
    if (context.link.state, context.link.reason) == ("closed", reason):
        return no_change(context)
    return transition(context, "closed" if context.link.linked else "unlinked", reason, explanation)
