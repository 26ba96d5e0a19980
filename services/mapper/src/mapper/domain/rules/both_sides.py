"""An activity and its event, both there: closed, asleep, or merged field by field (C5, C6, D2, D4, D7, J1, J2)."""

from dataclasses import replace
from typing import Any

from contracts.activities import ActivitySnapshot
from contracts.activity_commands import ActivityChanges
from contracts.calendar_objects import EventSnapshot
from contracts.decisions import LostValue
from mapper.domain.model import explanations
from mapper.domain.model.decision import Action, Decision, Explanation, PutActivity, RemoveEvent
from mapper.domain.model.evaluation_context import (
    EvaluationContext,
    guests_of,
    hold_deletion,
    is_upcoming,
    read_only,
    reference,
    skip,
    transition,
)
from mapper.domain.model.fields import (
    ActivityFields,
    FieldPair,
    activity_values,
    event_time,
    event_values,
    mapped_fields,
)
from mapper.domain.model.link import Guests, Link
from mapper.domain.model.window import latest, lies_ahead
from mapper.domain.rules.inbound import excluded
from mapper.domain.rules.initial_agreement import with_initial_agreement
from mapper.domain.rules.merge import Merge, activity_changes, event_changed_at, event_changes, merge
from mapper.domain.rules.outbound import may_show_block, put_event, wanted_block

_NOTHING_LOST: tuple[LostValue, ...] = ()


def decide_pair(context: EvaluationContext, activity: ActivitySnapshot, event: EventSnapshot) -> Decision:
    """Keep both sides equal."""
    exclusion = excluded(context, event)
    if exclusion and context.from_calendar:
        return skip(context, *exclusion)
    if event_time(activity.schedule) is None:
        return _undated(context)
    if not context.connection.selects(activity.type) and not context.from_calendar:
        return _unselected(context, activity)
    return _merge(context, activity, event)


def _undated(context: EvaluationContext) -> Decision:
    if context.from_calendar:
        return transition(context, "dormant", "undated", explanations.UNDATED_DORMANT)
    removal = transition(context, "active", "undated", explanations.DATE_LOST, RemoveEvent("undated"))
    return import_edits_first(context) or removal


def _unselected(context: EvaluationContext, activity: ActivitySnapshot) -> Decision:
    when = event_time(activity.schedule)
    if when is not None and not lies_ahead(when, context.now, context.zone):
        # History stays where it is: only what lies ahead is taken out of the calendar.
        return transition(context, "frozen", "past", explanations.FROZEN)
    explanation = explanations.unselected(activity.type, context.selected_types)
    if context.connection.withholds(activity.type):
        return import_edits_first(context) or hold_deletion(context, explanations.held_removal(activity.type))
    removal = transition(context, "active", "filtered", explanation, RemoveEvent("filtered"))
    return import_edits_first(context) or removal


def import_edits_first(context: EvaluationContext) -> Decision | None:
    """Take in what was edited in the calendar before we remove the event, so that the edit is not lost with it.

    None where the CRM has nothing to learn, or must not be written (A8).
    """
    link, activity, event = context.link, context.activity, context.event
    if activity is None or event is None or not link.agreed or activity.owner_id != context.connection.user_id:
        return None
    merged = merge(link, calendar_owns_all=read_only(event), without=_too_late(context))
    if not merged.to_crm:
        return None
    lost = tuple(value for value in merged.lost if value.side == "crm")
    incoming = replace(merged, to_calendar=(), lost=lost)
    return _carry_over(context, activity, event, incoming, None, _merge_explanation(incoming, event, (), paired=False))


def _merge(context: EvaluationContext, activity: ActivitySnapshot, event: EventSnapshot) -> Decision:
    link, lost = context.link, _NOTHING_LOST
    if not link.agreed:
        link, lost = with_initial_agreement(link, context.zone, calendar_owns_all=read_only(event))
        link = link.model_copy(update={"agreed_context": link.event.context})
    if wanted_block(context) == link.event.context:
        link = link.model_copy(update={"agreed_context": link.event.context})
    based = replace(context, link=link)
    late, guests = _too_late(based), _new_guests(link, event)
    merged = merge(link, calendar_owns_all=read_only(event), without=late)
    late_guests = guests is not None and not is_upcoming(based, event.updated)
    if merged.empty and (late or late_guests):
        return transition(based, "frozen", "past", explanations.FROZEN)
    renewed = _renewed_description(based, activity, event, merged)
    paired = not context.link.agreed
    if merged.empty and guests is None:
        if renewed is not None:
            return transition(
                based, "active", None, explanations.BLOCK_RENEWED, put_event(based, {"description": renewed})
            )
        return _renamed(based, activity, event) or _quiet(based, event, paired=paired)
    explanation = _merge_explanation(merged, event, lost, paired=paired)
    return _carry_over(based, activity, event, merged, None if late_guests else guests, explanation)


def _renamed(context: EvaluationContext, activity: ActivitySnapshot, event: EventSnapshot) -> Decision | None:
    """Let the activity remember its event by the id that it has now (E4, K2)."""
    remembered = activity.external_ref
    if remembered is None or not context.from_calendar or remembered.event_id == event.event_id:
        return None
    renamed = ActivityChanges(external_ref=reference(context.link, event))
    return transition(context, "active", None, explanations.EQUAL, PutActivity(renamed))


def _merge_explanation(
    merged: Merge, event: EventSnapshot, lost: tuple[LostValue, ...], *, paired: bool
) -> Explanation:
    if paired:
        return replace(explanations.PAIRED, lost=lost)
    return explanations.merged(merged.lost, read_only=read_only(event))


def _quiet(context: EvaluationContext, event: EventSnapshot, *, paired: bool) -> Decision:
    link = context.link.model_copy(update={"agreed_guests": guests_of(event)})
    if link.state == "active" and link.reason is None and not paired:
        return Decision(link)
    return transition(
        replace(context, link=link), "active", None, explanations.PAIRED if paired else explanations.EQUAL
    )


def _renewed_description(
    context: EvaluationContext, activity: ActivitySnapshot, event: EventSnapshot, merged: Merge
) -> str | None:
    """Return the text to write again because the block after it is another now (F4); None where nothing is to do.

    What the user made of the block in the calendar is left alone until then. It waits for changes of the text itself.
    """
    link, wanted = context.link, wanted_block(context)
    old = wanted not in {link.agreed_context, link.event.context}
    open_to_it = may_show_block(context) and context.connection.selects(activity.type)
    waits = not merged.empty or not open_to_it or not is_upcoming(context, context.now)
    return event.fields.description if old and not waits else None


def _too_late(context: EvaluationContext) -> frozenset[FieldPair]:
    """Return the fields that were last changed when the item was over (D2)."""
    link = context.link
    made = {pair: event_changed_at(link, pair) for pair in event_changes(link)}
    for pair in activity_changes(link):
        made[pair] = latest(made.get(pair), link.activity.changed_at(pair.activity))
    return frozenset(pair for pair, moment in made.items() if not is_upcoming(context, moment))


def _carry_over(
    context: EvaluationContext,
    activity: ActivitySnapshot,
    event: EventSnapshot,
    merged: Merge,
    guests: Guests | None,
    explanation: Explanation,
) -> Decision:
    agreed = replace(context, link=_agree_on_equal(context.link, merged, event, mapped_fields(activity)))
    waits = bool(merged.to_calendar) and not context.connection.selects(activity.type)
    actions = _actions(context, activity, event, merged, guests, outbound=not waits)
    if not waits:
        return transition(agreed, "active", None, explanation, *actions)
    # What the CRM won waits too: the calendar's value has not lost yet.
    lost = tuple(value for value in explanation.lost if value.side == "crm")
    waiting = explanations.outbound_filtered(activity.type, context.selected_types, lost)
    return transition(agreed, "active", "outbound_filtered", waiting, *actions)


def _agree_on_equal(link: Link, merged: Merge, event: EventSnapshot, activity: ActivityFields) -> Link:
    names: dict[str, Any] = {pair.event: getattr(event.fields, pair.event) for pair in merged.equal}
    fields: dict[str, Any] = {pair.activity: getattr(activity, pair.activity) for pair in merged.equal}
    agreed_event = (link.agreed_event or event.fields).model_copy(update=names)
    agreed_activity = (link.agreed_activity or activity).model_copy(update=fields)
    return link.model_copy(update={"agreed_event": agreed_event, "agreed_activity": agreed_activity})


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


def _new_guests(link: Link, event: EventSnapshot) -> Guests | None:
    """Return what else came in with the event since it was last taken over; guests known to the CRM alone stay."""
    guests = guests_of(event)
    if guests == (link.agreed_guests or _guests_in_crm(link)) or (link.agreed_guests is None and link.origin == "crm"):
        return None
    known = {guest.email.lower() for guest in guests.attendees}
    own = link.activity.live.attendees if link.origin == "crm" and link.activity.live else ()
    return guests.model_copy(
        update={"attendees": guests.attendees + tuple(guest for guest in own if guest.email.lower() not in known)}
    )


def _guests_in_crm(link: Link) -> Guests | None:
    """Return what the CRM has of an event's guests already: a rebuilt link has agreed on nothing yet."""
    activity = link.activity.live
    return Guests.model_validate(activity, from_attributes=True) if activity else None
