"""Takes an event out of the calendar, or leaves it there where that would mail its guests (I2, A8, A9, C5, D4, H1)."""

from mapper.domain.model import explanations
from mapper.domain.model.decision import Decision, Explanation, RemoveEvent
from mapper.domain.model.evaluation_context import EvaluationContext, skip, transition
from mapper.domain.model.states import LinkState, RemovalReason


def remove_event(context: EvaluationContext, reason: RemovalReason, explanation: Explanation) -> Decision:
    """Remove the event; the link then closes for this reason.

    Where its guests would get mail it closes at once, and the event stays. Each later look finds the cause again, so
    that what waited is done as soon as guests may be invited, or there are none any more. The link stays closed even
    then, so that nothing comes back from the calendar (J2).
    """
    if context.would_mail_guests:
        return skip(context, reason, explanations.left_for_its_guests(reason))
    state: LinkState = "closed" if context.link.state == "closed" else "active"
    return transition(context, state, reason, explanation, RemoveEvent(reason))


def remove_after_activity(context: EvaluationContext, explanation: Explanation) -> Decision:
    """Remove the event of a deleted activity.

    Where its guests would get mail the link waits: of a closed one the event would bring the activity back (D8).
    """
    if context.would_mail_guests:
        return transition(context, "dormant", "would_mail_guests", explanations.left_for_its_guests("deleted"))
    return Decision(context.link.in_state("active"), explanation, (RemoveEvent("deleted"),))
