"""An activity and its event, both there: closed, asleep, or merged field by field (C5, C6, D2, D4, D7, J1, J2)."""

from dataclasses import replace
from typing import Any

from contracts.activities import ActivitySnapshot
from contracts.activity_commands import ActivityChanges
from contracts.calendar_objects import EventSnapshot
from contracts.decisions import LostValue
from mapper.domain.model import explanations
from mapper.domain.model.decision import Ask, Decision, PutActivity, RemoveEvent, Verdict
from mapper.domain.model.evaluation_context import (
    Situation,
    ahead,
    guests_of,
    held_back,
    leave_out,
    read_only,
    reference,
    stand,
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
from mapper.domain.rules.initial_agreement import with_base
from mapper.domain.rules.merge import Merge, activity_changes, event_changed_at, event_changes, merge
from mapper.domain.rules.outbound import may_show_context, put_event, wanted_context

_NOTHING_LOST: tuple[LostValue, ...] = ()


def decide_pair(situation: Situation, activity: ActivitySnapshot, event: EventSnapshot) -> Decision:
    """Keep both sides equal."""
    exclusion = excluded(situation, event)
    if exclusion and situation.from_calendar:
        return leave_out(situation, *exclusion)
    if event_time(activity.schedule) is None:
        return _undated(situation)
    if not situation.connection.selects(activity.type) and not situation.from_calendar:
        return _unselected(situation, activity)
    return _merge(situation, activity, event)


def _undated(situation: Situation) -> Decision:
    if situation.from_calendar:
        return stand(situation, "dormant", "undated", explanations.ASLEEP)
    removal = stand(situation, "active", "undated", explanations.DATE_LOST, RemoveEvent("undated"))
    return take_in_first(situation) or removal


def _unselected(situation: Situation, activity: ActivitySnapshot) -> Decision:
    when = event_time(activity.schedule)
    if when is not None and not lies_ahead(when, situation.now, situation.zone):
        # History stays where it is: only what lies ahead is taken out of the calendar.
        return stand(situation, "frozen", "past", explanations.FROZEN)
    verdict = explanations.unselected(activity.type, situation.selected_types)
    if situation.connection.withholds(activity.type):
        return take_in_first(situation) or held_back(situation, explanations.held_removal(activity.type))
    removal = stand(situation, "active", "filtered", verdict, RemoveEvent("filtered"))
    return take_in_first(situation) or removal


def take_in_first(situation: Situation) -> Decision | None:
    """Take in what was edited in the calendar before we remove the event, so that the edit is not lost with it.

    None where the CRM has nothing to learn, or must not be written (A8).
    """
    link, activity, event = situation.link, situation.activity, situation.event
    if activity is None or event is None or not link.agreed or activity.owner_id != situation.connection.user_id:
        return None
    merged = merge(link, calendar_rules=read_only(event), without=_too_late(situation))
    if not merged.to_crm:
        return None
    lost = tuple(value for value in merged.lost if value.side == "crm")
    incoming = replace(merged, to_calendar=(), lost=lost)
    return _carry_over(situation, activity, event, incoming, None, _verdict(incoming, event, (), adopted=False))


def _merge(situation: Situation, activity: ActivitySnapshot, event: EventSnapshot) -> Decision:
    link, lost = situation.link, _NOTHING_LOST
    if not link.agreed:
        link, lost = with_base(link, situation.zone, calendar_rules=read_only(event))
        link = link.model_copy(update={"agreed_context": link.event.context})
    if wanted_context(situation) == link.event.context:
        link = link.model_copy(update={"agreed_context": link.event.context})
    based = replace(situation, link=link)
    late, guests = _too_late(based), _new_guests(link, event)
    merged = merge(link, calendar_rules=read_only(event), without=late)
    late_guests = guests is not None and not ahead(based, event.updated)
    if merged.empty and (late or late_guests):
        return stand(based, "frozen", "past", explanations.FROZEN)
    renewed = _renewed_description(based, activity, event, merged)
    adopted = not situation.link.agreed
    if merged.empty and guests is None:
        if renewed is not None:
            return stand(
                based, "active", None, explanations.CONTEXT_RENEWED, put_event(based, {"description": renewed})
            )
        return _renamed(based, activity, event) or _quiet(based, event, adopted=adopted)
    verdict = _verdict(merged, event, lost, adopted=adopted)
    return _carry_over(based, activity, event, merged, None if late_guests else guests, verdict)


def _renamed(situation: Situation, activity: ActivitySnapshot, event: EventSnapshot) -> Decision | None:
    """Let the activity remember its event by the id that it has now (E4, K2)."""
    remembered = activity.external_ref
    if remembered is None or not situation.from_calendar or remembered.event_id == event.event_id:
        return None
    renamed = ActivityChanges(external_ref=reference(situation.link, event))
    return stand(situation, "active", None, explanations.EQUAL, PutActivity(renamed))


def _verdict(merged: Merge, event: EventSnapshot, lost: tuple[LostValue, ...], *, adopted: bool) -> Verdict:
    if adopted:
        return replace(explanations.ADOPTED, lost=lost)
    return explanations.merged(merged.lost, read_only=read_only(event))


def _quiet(situation: Situation, event: EventSnapshot, *, adopted: bool) -> Decision:
    link = situation.link.model_copy(update={"agreed_guests": guests_of(event)})
    if link.state == "active" and link.reason is None and not adopted:
        return Decision(link)
    return stand(replace(situation, link=link), "active", None, explanations.ADOPTED if adopted else explanations.EQUAL)


def _renewed_description(
    situation: Situation, activity: ActivitySnapshot, event: EventSnapshot, merged: Merge
) -> str | None:
    """Return the text to write again because the block after it is another now (F4); None where nothing is to do.

    What the user made of the block in the calendar is left alone until then. It waits for changes of the text itself.
    """
    link, wanted = situation.link, wanted_context(situation)
    old = wanted not in {link.agreed_context, link.event.context}
    open_to_it = may_show_context(situation) and situation.connection.selects(activity.type)
    waits = not merged.empty or not open_to_it or not ahead(situation, situation.now)
    return event.fields.description if old and not waits else None


def _too_late(situation: Situation) -> frozenset[FieldPair]:
    """Return the fields that were last changed when the item was over (D2)."""
    link = situation.link
    made = {pair: event_changed_at(link, pair) for pair in event_changes(link)}
    for pair in activity_changes(link):
        made[pair] = latest(made.get(pair), link.activity.changed_at(pair.activity))
    return frozenset(pair for pair, moment in made.items() if not ahead(situation, moment))


def _carry_over(
    situation: Situation,
    activity: ActivitySnapshot,
    event: EventSnapshot,
    merged: Merge,
    guests: Guests | None,
    verdict: Verdict,
) -> Decision:
    agreed = replace(situation, link=_agree_on_equal(situation.link, merged, event, mapped_fields(activity)))
    waits = bool(merged.to_calendar) and not situation.connection.selects(activity.type)
    asks = _asks(situation, activity, event, merged, guests, outbound=not waits)
    if not waits:
        return stand(agreed, "active", None, verdict, *asks)
    # What the CRM won waits too: the calendar's value has not lost yet.
    lost = tuple(value for value in verdict.lost if value.side == "crm")
    waiting = explanations.outbound_filtered(activity.type, situation.selected_types, lost)
    return stand(agreed, "active", "outbound_filtered", waiting, *asks)


def _agree_on_equal(link: Link, merged: Merge, event: EventSnapshot, activity: ActivityFields) -> Link:
    names: dict[str, Any] = {pair.event: getattr(event.fields, pair.event) for pair in merged.equal}
    fields: dict[str, Any] = {pair.activity: getattr(activity, pair.activity) for pair in merged.equal}
    agreed_event = (link.agreed_event or event.fields).model_copy(update=names)
    agreed_activity = (link.agreed_activity or activity).model_copy(update=fields)
    return link.model_copy(update={"agreed_event": agreed_event, "agreed_activity": agreed_activity})


def _asks(
    situation: Situation,
    activity: ActivitySnapshot,
    event: EventSnapshot,
    merged: Merge,
    guests: Guests | None,
    *,
    outbound: bool,
) -> tuple[Ask, ...]:
    asks: list[Ask] = []
    if merged.to_calendar and outbound:
        asks.append(put_event(situation, event_values(mapped_fields(activity), merged.to_calendar)))
    if merged.to_crm or guests is not None:
        asks.append(PutActivity(_incoming(situation, activity, event, merged, guests)))
    return tuple(asks)


def _incoming(
    situation: Situation, activity: ActivitySnapshot, event: EventSnapshot, merged: Merge, guests: Guests | None
) -> ActivityChanges:
    values = activity_values(event.fields, mapped_fields(activity), situation.zone, merged.to_crm)
    if guests is not None:
        values |= {name: getattr(guests, name) for name in Guests.model_fields}
    return ActivityChanges(**values, external_ref=reference(situation.link, event))


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
