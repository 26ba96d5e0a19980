"""Carries what a merge found to the other side: the fields, the guests, and the explanation (J1, J2, C6, F5)."""

from dataclasses import replace

from contracts.activities import ActivitySnapshot
from contracts.activity_commands import ActivityChanges
from contracts.calendar_objects import EventSnapshot
from contracts.decisions import LostValue
from mapper.domain.model import explanations
from mapper.domain.model.activity_content import is_locked, read_only, reference
from mapper.domain.model.decision import Action, Decision, Explanation, PutActivity
from mapper.domain.model.evaluation_context import EvaluationContext, is_too_late, transition
from mapper.domain.model.fields import FieldPair, activity_values, event_values, mapped_fields
from mapper.domain.model.sides import Guests
from mapper.domain.model.window import latest
from mapper.domain.rules.merging.merge import Merge, activity_changes, event_changed_at, event_changes, merge
from mapper.domain.rules.outbound import put_event


def import_edits_first(context: EvaluationContext) -> Decision | None:
    """Import the calendar's edits before the event is removed, so that they are not lost with it.

    None where the CRM misses nothing, or must not be written: it is another user's (A8), or its link is closed (J2).
    """
    link, activity, event = context.link, context.activity, context.event
    if link.state == "closed" or activity is None or event is None or not link.agreed:
        return None
    if activity.owner_id != context.connection.user_id:
        return None
    merged = merge(link, calendar_owns_all=is_locked(context, event), without=too_late(context))
    if not merged.to_crm:
        return None
    lost = tuple(value for value in merged.lost if value.side == "crm")
    incoming = replace(merged, to_calendar=(), lost=lost)
    explanation = merge_explanation(context, incoming, event, (), paired=False)
    return carry_over(context, activity, event, incoming, None, explanation)


def too_late(context: EvaluationContext) -> frozenset[FieldPair]:
    """Return the fields that were last changed when the item was over (D2)."""
    link = context.link
    made = {pair: event_changed_at(link, pair) for pair in event_changes(link)}
    for pair in activity_changes(link):
        made[pair] = latest(made.get(pair), link.activity.changed_at(pair.activity))
    return frozenset(pair for pair, moment in made.items() if is_too_late(context, moment))


def merge_explanation(
    context: EvaluationContext, merged: Merge, event: EventSnapshot, lost: tuple[LostValue, ...], *, paired: bool
) -> Explanation:
    """Return why a merge came out as it did; `paired`: the two sides meet for the first time (K2)."""
    if paired:
        return replace(explanations.PAIRED, lost=lost)
    return explanations.merged(
        merged.lost, read_only=read_only(event), would_mail_guests=context.would_mail_guests and not read_only(event)
    )


def carry_over(
    context: EvaluationContext,
    activity: ActivitySnapshot,
    event: EventSnapshot,
    merged: Merge,
    guests: Guests | None,
    explanation: Explanation,
) -> Decision:
    """Write on each side what the other one changed; an unselected type's edits wait before the calendar (C6)."""
    agreed = replace(context, link=context.link.agreed_on(merged.equal, event.fields, mapped_fields(activity)))
    waits = bool(merged.to_calendar) and not context.connection.selects(activity.type)
    actions = _actions(context, activity, event, merged, guests, outbound=not waits)
    if not waits:
        return transition(agreed, "active", None, explanation, *actions)
    # What the CRM won waits too: the calendar's value has not lost yet.
    lost = tuple(value for value in explanation.lost if value.side == "crm")
    waiting = explanations.outbound_filtered(activity.type, context.selected_types, lost)
    return transition(agreed, "active", "outbound_filtered", waiting, *actions)


def _actions(
    context: EvaluationContext,
    activity: ActivitySnapshot,
    event: EventSnapshot,
    merged: Merge,
    guests: Guests | None,
    *,
    outbound: bool,
) -> tuple[Action, ...]:
    actions: list[Action] = []
    if merged.to_calendar and outbound:
        actions.append(put_event(context, event_values(mapped_fields(activity), merged.to_calendar)))
    if merged.to_crm or guests is not None:
        actions.append(PutActivity(_incoming(context, activity, event, merged, guests)))
    return tuple(actions)


def _incoming(
    context: EvaluationContext, activity: ActivitySnapshot, event: EventSnapshot, merged: Merge, guests: Guests | None
) -> ActivityChanges:
    values = activity_values(event.fields, mapped_fields(activity), context.zone, merged.to_crm)
    if guests is not None:
        values |= {name: getattr(guests, name) for name in Guests.model_fields}
    return ActivityChanges(**values, external_ref=reference(context.link, event))
