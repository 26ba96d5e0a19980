"""An activity and its event, both there: closed, asleep, or merged field by field (C5, C6, D2, D4, D7, J1, J2)."""

from typing import Any

from contracts.activities import ActivitySnapshot
from contracts.activity_commands import ActivityChanges
from contracts.calendar_objects import EventChanges, EventSnapshot
from mapper.domain import verdicts
from mapper.domain.decision import Ask, Decision, PutActivity, PutEvent, RemoveEvent
from mapper.domain.fields import PAIRS, ActivityFields, activity_values, event_time, event_values, mapped_fields
from mapper.domain.inbound import excluded
from mapper.domain.link import Guests, Link
from mapper.domain.merge import Merge, activity_changes, event_changed_at, event_changes, merge
from mapper.domain.situation import Situation, guests_of, leave_out, read_only, reference, stand
from mapper.domain.window import lies_ahead


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
        return stand(situation, "dormant", "undated", verdicts.ASLEEP)
    return stand(situation, "active", "undated", verdicts.DATE_LOST, RemoveEvent("undated"))


def _unselected(situation: Situation, activity: ActivitySnapshot) -> Decision:
    when = event_time(activity.schedule)
    if when is not None and not lies_ahead(when, situation.now, situation.zone):
        # History stays where it is: only what lies ahead is taken out of the calendar.
        return stand(situation, "frozen", "past", verdicts.FROZEN)
    verdict = verdicts.unselected(activity.type, situation.selected_types)
    return stand(situation, "active", "filtered", verdict, RemoveEvent("filtered"))


def _merge(situation: Situation, activity: ActivitySnapshot, event: EventSnapshot) -> Decision:
    merged = merge(situation.link, calendar_rules=read_only(event))
    guests = _new_guests(situation.link, event)
    if merged.empty and guests is None:
        return _quiet(situation, event)
    if situation.link.agreed and _over(situation):
        return stand(situation, "frozen", "past", verdicts.FROZEN)
    return _carry_over(situation, activity, event, merged, guests)


def _quiet(situation: Situation, event: EventSnapshot) -> Decision:
    link = situation.link.model_copy(update={"agreed_guests": guests_of(event)})
    if link.state == "active" and link.reason is None:
        return Decision(link)
    return stand(situation, "active", None, verdicts.EQUAL)


def _over(situation: Situation) -> bool:
    """Tell whether every change was made when the item was, and still is, in the past (D2)."""
    link = situation.link
    made = [event_changed_at(link, pair) for pair in event_changes(link)]
    made += [link.activity.changed_at(pair.activity) for pair in activity_changes(link)]
    times = [
        link.agreed_event.time if link.agreed_event else None,
        link.event.live.fields.time if link.event.live else None,
    ]
    times.append(event_time(link.activity.live.schedule) if link.activity.live else None)
    moment = max(made, default=situation.now)
    moment = max(moment, situation.connection.coverage.connected_at)
    return not any(when is not None and lies_ahead(when, moment, situation.zone) for when in times)


def _carry_over(
    situation: Situation, activity: ActivitySnapshot, event: EventSnapshot, merged: Merge, guests: Guests | None
) -> Decision:
    link = _agree_on_equal(situation.link, merged, event, mapped_fields(activity))
    waits = bool(merged.to_calendar) and not situation.connection.selects(activity.type)
    asks = _asks(situation, activity, event, merged, guests, outbound=not waits)
    if waits:
        # What the CRM won waits too: the calendar's value has not lost yet.
        lost = tuple(value for value in merged.lost if value.side == "crm")
        verdict = verdicts.outbound_filtered(activity.type, situation.selected_types, lost)
        return stand(
            Situation(link, situation.connection, situation.now), "active", "outbound_filtered", verdict, *asks
        )
    verdict = verdicts.merged(merged.lost, read_only=read_only(event)) if link.agreed else verdicts.ADOPTED
    return stand(Situation(link, situation.connection, situation.now), "active", None, verdict, *asks)


def _agree_on_equal(link: Link, merged: Merge, event: EventSnapshot, activity: ActivityFields) -> Link:
    if not merged.equal:
        return link
    names: dict[str, Any] = {pair.event: getattr(event.fields, pair.event) for pair in merged.equal}
    fields: dict[str, Any] = {pair.activity: getattr(activity, pair.activity) for pair in merged.equal}
    agreed_event = (link.agreed_event or event.fields).model_copy(update=names)
    agreed_activity = (link.agreed_activity or activity).model_copy(update=fields)
    if not link.agreed and len(merged.equal) < len(PAIRS):
        # What is in dispute is agreed when the command that settles it is applied.
        return link
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
        asks.append(PutEvent(EventChanges(**event_values(mapped_fields(activity), merged.to_calendar))))
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
    if guests == link.agreed_guests or (link.agreed_guests is None and link.origin == "crm"):
        return None
    known = {guest.email.lower() for guest in guests.attendees}
    own = link.activity.live.attendees if link.origin == "crm" and link.activity.live else ()
    return guests.model_copy(
        update={"attendees": guests.attendees + tuple(guest for guest in own if guest.email.lower() not in known)}
    )
