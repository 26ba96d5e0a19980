"""A connection that is not running: nothing is synced, and stopping may remove one side of its links (K1)."""

from mapper.domain.model import explanations
from mapper.domain.model.decision import Decision, RemoveActivity, RemoveEvent
from mapper.domain.model.evaluation_context import EvaluationContext, no_change, transition
from mapper.domain.rules.merging.carry_over import import_edits_first


def stopped(context: EvaluationContext) -> Decision | None:
    """Take away what stopping removes, then close the link; None while the connection is running (K1)."""
    connection = context.connection
    if connection.running:
        return None
    if connection.status == "connecting" or not context.link.agreed:
        return no_change(context)
    removal = _removal(context) if connection.status == "stopping" else None
    if isinstance(removal, RemoveEvent) and context.would_mail_guests:
        return import_edits_first(context) or _left_behind(context)
    if removal is not None:
        return import_edits_first(context) or transition(context, "active", "stopped", explanations.STOPPED, removal)
    return _closed(context)


def _removal(context: EvaluationContext) -> RemoveActivity | RemoveEvent | None:
    """Return what stopping takes away (K1); never what belongs to somebody else by now (A8).

    Nor what was left without its event, as what is kept (H1): nothing could bring it back.
    """
    if context.link.state == "closed" and context.event is None:
        return None
    remove, activity = context.connection.remove, context.activity
    own = activity is not None and activity.owner_id == context.connection.user_id
    if remove == "activities" and context.from_calendar and own:
        return RemoveActivity("stopped")
    if remove == "events" and not context.from_calendar and context.event:
        return RemoveEvent("stopped")
    return None


def _left_behind(context: EvaluationContext) -> Decision:
    """Leave an event whose guests would get mail; that it was to be removed is counted (I2, K1)."""
    if context.link.left_behind:
        return no_change(context)
    return Decision(context.link.stop_refused(), explanations.left_for_its_guests("stopped"))


def _closed(context: EvaluationContext) -> Decision:
    if context.link.state == "closed":
        return no_change(context)
    return transition(context, "closed", "stopped", explanations.STOPPED)
