"""What a person does in Outlook and the API has no single call for: the rest of a series, copies, the bin."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

from simulators.frame.domain.people import Scope
from simulators.frame.store import ids, neutral, times, writing
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.drafts import applied, moves
from simulators.frame.store.errors import bad_id, invalid_request, item_not_found
from simulators.frame.store.recurring import recurrence, series
from simulators.frame.store.writing import Act

Json = dict[str, Any]

_TO_URL_SAFE = str.maketrans("+/", "-_")
_ORIGINAL = re.compile(r"^(?P<master>.+)_(?P<key>\d{8}(?:T\d{6}Z)?)$")


def ref_of(calendar: Calendar, event_id: str) -> ids.Ref:
    """What an id names: Exchange's own, in either alphabet of base64, or `{master}_{original start}`."""
    named = _ORIGINAL.match(event_id)
    ref = ids.parse((named["master"] if named else event_id).translate(_TO_URL_SAFE))
    if ref is None:
        raise bad_id()
    if not named:
        return ref
    master = calendar.items.get(ref.key)
    if master is None:
        raise item_not_found()
    return ids.Ref(ref.key, neutral.original_day(named["key"], master.start))


def create(calendar: Calendar, body: Json, act: Act, *, long_ago: bool = False) -> Item:
    """A new event; `organizer` may be somebody else (an invitation)."""
    given = neutral.to_store(body, act.account.time_zone)
    organizer = (body.get("organizer") or {}).get("email") or calendar.owner
    item = writing.draft(calendar, given, act)
    rule, gone = neutral.recurrence(body, item.start)
    if rule:
        item = replace(applied(item, {"recurrence": rule}), cancelled=gone)
    if organizer != calendar.owner:
        item = replace(item, fields={**item.fields, **neutral.invited(item, organizer, calendar.owner)})
    return writing.add(calendar, item, act, long_ago=long_ago)


def edit(calendar: Calendar, event_id: str, changes: Json, scope: Scope, act: Act) -> Item:
    """Change an event, or a series from one of its occurrences."""
    item = _target(calendar, event_id, scope)
    if scope in {"following", "apart"} and item.day is not None:
        return _edit_following(calendar, item, changes, act)
    return _change(calendar, item, changes, act)


def _change(calendar: Calendar, item: Item, changes: Json, act: Act) -> Item:
    if changes.get("status") == "cancelled":
        writing.delete(calendar, item, act)
        return item
    given = _dragged(item, neutral.to_store(changes, act.account.time_zone), item.start.local.date())
    if not isinstance(changes.get("recurrence", {}), dict):
        given["recurrence"], gone = neutral.recurrence(changes, applied(item, given).start)
        changed = writing.change(calendar, item, given, act, as_person=True)
        return writing.store(calendar, replace(changed, cancelled=gone), act) if gone else changed
    return writing.change(calendar, item, given, act, as_person=True)


def _dragged(item: Item, given: Json, old: date) -> Json:
    """Outlook's page takes a series' pattern along from the day it stood on to another; the API alone would not."""
    if item.recurrence is None or "recurrence" in given or not given.get("start"):
        return given
    new = times.parse(given["start"]).local.date()
    return given if old == new else given | {"recurrence": recurrence.taken_along(item.recurrence, old, new)}


def remove(calendar: Calendar, event_id: str, scope: Scope, act: Act) -> Item:
    """Delete an event, an occurrence, the rest of a series or all of it."""
    item = _target(calendar, event_id, scope)
    if scope in {"following", "apart"} and item.day is not None:
        _cut(calendar, item, act)
    else:
        writing.delete(calendar, item, act)
    return item


def _target(calendar: Calendar, event_id: str, scope: Scope) -> Item:
    item = writing.found(calendar, ref_of(calendar, event_id))
    return calendar.items[item.master] if scope == "all" and item.master else item


def _edit_following(calendar: Calendar, one: Item, changes: Json, act: Act) -> Item:
    master = _master(calendar, one)
    if one.day is None or one.day <= master.start.local.date().isoformat():
        return _change(calendar, master, changes, act)
    tail = replace(
        master,
        key=ids.new_key(act.world.rng),
        start=one.start,
        end=one.end,
        recurrence=recurrence.rest_from(master.recurrence or {}, one.day),
        cancelled=tuple(day for day in master.cancelled if day > one.day),
        transaction=None,
    )
    given = neutral.to_store(changes, act.account.time_zone)
    # One that was moved by itself took no pattern along: that stands on its original day.
    fresh = applied(tail, _dragged(tail, given, date.fromisoformat(one.day)))
    _cut(calendar, one, act)
    return writing.add(calendar, replace(fresh, cancelled=()) if moves(tail, fresh) else fresh, act)


def _cut(calendar: Calendar, one: Item, act: Act) -> None:
    """End a series the day before an occurrence; what was changed after it goes."""
    master = _master(calendar, one)
    day = one.day or ""
    if day <= master.start.local.date().isoformat():
        writing.delete(calendar, master, act)
        return
    for later in [item for item in calendar.exceptions(master.key) if (item.day or "") >= day]:
        calendar.put(replace(later, deleted=True, change=act.world.next_change()), "deleted")
    shorter = recurrence.cut_before(master.recurrence or {}, day)
    left = tuple(gone for gone in master.cancelled if gone < day)
    writing.store(calendar, replace(master, recurrence=shorter, cancelled=left), act)


def _master(calendar: Calendar, one: Item) -> Item:
    if one.master is None:
        raise invalid_request("Not an occurrence of a series.")
    return calendar.items[one.master]


def restore(calendar: Calendar, event_id: str, act: Act, new_key: str | None = None) -> Item:
    """Bring a deleted event or occurrence back, as from the bin; `new_key`: its inner name where no id stays."""
    ref = ref_of(calendar, event_id)
    item = calendar.items.get(ref.key)
    if item is None:
        raise item_not_found()
    if ref.day is None:
        return writing.revive(calendar, item, act, new_key)
    if ref.day in item.cancelled:
        left = tuple(day for day in item.cancelled if day != ref.day)
        item = writing.store(calendar, replace(item, cancelled=left), act)
    one = series.on_day(calendar, item, ref.day)
    if one is None:
        raise item_not_found()
    return one


def copy(calendar: Calendar, event_id: str, changes: Json, act: Act) -> Item:
    """A copy with an id of its own; it keeps hidden extended properties (K3)."""
    item = writing.found(calendar, ref_of(calendar, event_id))
    twin = replace(
        item,
        key=ids.new_key(act.world.rng),
        master=None,
        day=None,
        original=None,
        transaction=None,
        fields={**item.fields, "attendees": []},
    )
    return writing.add(calendar, applied(twin, neutral.to_store(changes, act.account.time_zone)), act)
