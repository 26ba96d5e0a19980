"""What a person does in Google's own page and the API has no single call for."""

import re
from datetime import timedelta

from simulators.google.domain import times
from simulators.google.domain.errors import invalid
from simulators.google.domain.events import drafts
from simulators.google.domain.events.calendar import Calendar, Event
from simulators.google.domain.events.writing import Act, change, delete, existing, insert, new_id, store
from simulators.google.domain.recurring import recurrence

_SPLIT = re.compile(r"_R\d{8}(T\d{6})?$")
_COPIED = frozenset(drafts.WRITABLE - {"attendees"})


def copy(calendar: Calendar, event_id: str, changes: Event, act: Act) -> Event:
    """A copy with an id of its own; it keeps hidden private extended properties (K3)."""
    old = existing(calendar, event_id)
    body = {name: value for name, value in old.items() if name in _COPIED}
    return insert(calendar, drafts.merge(body, changes), act)


def edit_following(calendar: Calendar, instance_id: str, changes: Event, act: Act, *, apart: bool = False) -> Event:
    """Edit this and the following: the old master is cut, a new one `{id}_R{start}` goes on.

    `apart`: the new one has an id of its own, as if a client had inserted it.
    """
    master, original = _of(calendar, instance_id)
    if times.local(original) <= times.local(master["start"]):
        return change(calendar, master["id"], changes, act)
    rest = recurrence.rest_from(master, original)
    span = times.span_of(master["start"], master["end"])
    tail = {
        **master,
        "id": new_id(act.rng) if apart else _split_id(master["id"], original),
        "start": original,
        "end": times.plus(original, span),
        "recurrence": rest,
    }
    tail["iCalUID"] = f"{tail['id']}@google.com"
    merged = drafts.merge(tail, drafts.writable(changes))
    finished = drafts.finished(merged, calendar, act.text, may_be_empty=act.on_page)
    cut_following(calendar, instance_id, act)
    return store(calendar, finished, act)


def cut_following(calendar: Calendar, instance_id: str, act: Act) -> Event:
    """Delete "this and following"."""
    master, original = _of(calendar, instance_id)
    if times.local(original) <= times.local(master["start"]):
        return delete(calendar, master["id"], act)
    return change(calendar, master["id"], {"recurrence": recurrence.cut_before(master, original)}, act)


def restore(calendar: Calendar, event_id: str, act: Act) -> Event:
    """Bring a deleted event or instance back, as from the bin."""
    return change(calendar, event_id, {"status": "confirmed"}, act)


def tombstone_of_nobody(calendar: Calendar, act: Act) -> Event:
    """A deleted event that no list ever showed before."""
    event_id = new_id(act.rng)
    when = {"dateTime": times.rfc3339(act.now), "timeZone": calendar.time_zone}
    body = {"start": when, "end": times.plus(when, timedelta(hours=1)), "id": event_id}
    insert(calendar, body, act)
    return delete(calendar, event_id, act)


def _of(calendar: Calendar, instance_id: str) -> tuple[Event, times.EventTime]:
    event = existing(calendar, instance_id)
    if "recurringEventId" not in event:
        raise invalid("Not an instance of a recurring event.")
    return existing(calendar, event["recurringEventId"]), event["originalStartTime"]


def _split_id(master_id: str, original: times.EventTime) -> str:
    return f"{_SPLIT.sub('', master_id)}_R{recurrence.key_of(original).rstrip('Z')}"
