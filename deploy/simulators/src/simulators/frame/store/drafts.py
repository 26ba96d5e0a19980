"""From what a client sent to what is stored: defaults, checks and Exchange's normalisations."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from simulators.frame.store import bodies, meetings, times
from simulators.frame.store.calendar import Item
from simulators.frame.store.errors import validation_failed
from simulators.frame.store.recurring import recurrence
from simulators.frame.store.times import Moment

Json = dict[str, Any]

#: What a new event has where the client says nothing.
DEFAULTS: Json = {
    "subject": "",
    "importance": "normal",
    "sensitivity": "normal",
    "showAs": "busy",
    "isAllDay": False,
    "isReminderOn": True,
    "reminderMinutesBeforeStart": 15,
    "responseRequested": True,
    "allowNewTimeProposals": True,
    "hideAttendees": False,
    "categories": [],
    "attendees": [],
    "isOnlineMeeting": False,
    "onlineMeetingProvider": "unknown",
    "location": {
        "displayName": "",
        "locationType": "default",
        "uniqueIdType": "unknown",
        "address": {},
        "coordinates": {},
    },
    "locations": [],
}
_PLAIN = frozenset(DEFAULTS) - {"attendees", "location", "locations"}
#: What a guest may change: his own copy's (the rest stays the organizer's).
OWN = frozenset(
    {"showAs", "sensitivity", "importance", "categories", "isReminderOn", "reminderMinutesBeforeStart"}
    | {"singleValueExtendedProperties", "removedProperties"}
)
_TIMING = ("start", "end", "isAllDay", "recurrence")


def applied(old: Item, body: Json) -> Item:
    """The item with a client's changes; nothing is stored yet. 400 for what Exchange refuses."""
    fields = dict(old.fields)
    for name in _PLAIN & body.keys():
        fields[name] = DEFAULTS[name] if body[name] is None else body[name]
    _set_locations(fields, body)
    if "attendees" in body:
        fields["attendees"] = _attendees(body["attendees"] or [], old)
    content = bodies.stored(body["body"] or {}) if "body" in body else old.body
    properties = _properties(old, body)
    fields, content = meetings.with_meeting(fields, content, old.key)
    item = replace(old, fields=fields, body=content, properties=properties, uid=body.get("uid", old.uid))
    return _timed(item, body) if any(name in body for name in _TIMING) else item


def moves(old: Item, new: Item) -> bool:
    """Whether it takes place at other times: a series then loses its exceptions."""
    return (old.start, old.end, old.recurrence) != (new.start, new.end, new.recurrence)


def _set_locations(fields: Json, body: Json) -> None:
    if "locations" in body:
        fields["locations"] = [_location(one) for one in body["locations"] or []]
        fields["location"] = fields["locations"][0] if fields["locations"] else DEFAULTS["location"]
    if "location" in body:
        fields["location"] = _location(body["location"] or {})
        named = fields["location"].get("displayName")
        fields["locations"] = [fields["location"]] if named else []


def _location(given: Json) -> Json:
    name = given.get("displayName") or ""
    kept = {key: value for key, value in given.items() if value is not None}
    known = {"uniqueId": name, "uniqueIdType": "private"} if name else {"uniqueIdType": "unknown"}
    return {"displayName": name, "locationType": "default", **known, "address": {}, "coordinates": {}} | kept


def _attendees(given: list[Json], old: Item) -> list[Json]:
    known = {guest["emailAddress"]["address"]: guest["status"] for guest in old.fields["attendees"]}
    guests: dict[str, Json] = {}
    for one in given:
        mail = one.get("emailAddress") or {}
        address = (mail.get("address") or "").lower()
        if not address:
            raise validation_failed("At least one recipient is not valid: the address is missing.")
        status = known.get(address, {"response": "none", "time": "0001-01-01T00:00:00Z"})
        guests[address] = {
            "type": one.get("type") or "required",
            "status": one.get("status") or status,
            "emailAddress": {"name": mail.get("name") or address, "address": address},
        }
    return list(guests.values())


def _properties(old: Item, body: Json) -> dict[str, str]:
    given = body.get("singleValueExtendedProperties") or []
    new = {one["id"]: one.get("value") or "" for one in given if one.get("id")}
    gone = body.get("removedProperties", ())
    return {name: value for name, value in {**old.properties, **new}.items() if name not in gone}


def _timed(old: Item, body: Json) -> Item:
    start = _moment(body, "start", old.start)
    end = _moment(body, "end", old.end)
    rule = body.get("recurrence", old.recurrence)
    if rule:
        if "recurrence" not in body:
            rule = rule | {"range": rule["range"] | {"startDate": start.local.date().isoformat()}}
        start, end, rule = _series(rule, start, end)
    if old.fields["isAllDay"] != _all_day(old, body) and not ("start" in body and "end" in body):
        raise validation_failed("An event that becomes all-day, or ceases to be, needs its start and end.")
    if _all_day(old, body):
        times.check_all_day(start, end)
    times.check_order(start, end)
    return replace(old, start=start, end=end, recurrence=rule or None)


def _all_day(old: Item, body: Json) -> bool:
    given = body.get("isAllDay")
    return bool(old.fields["isAllDay"] if given is None else given)


def _moment(body: Json, name: str, old: Moment) -> Moment:
    if name not in body:
        return old
    if not body[name]:
        raise validation_failed(f"The property '{name}' cannot be null.")
    return times.parse(body[name])


def _series(rule: Json, start: Moment, end: Moment) -> tuple[Moment, Moment, Json]:
    """Whole minutes, and the start on the first day that the pattern has."""
    start, end = (one.at(one.local.replace(second=0, microsecond=0)) for one in (start, end))
    full = recurrence.completed(rule, start)
    first = recurrence.first_day(full, start)
    by = first - start.local.date()
    moved = start.at(start.local + by), end.at(end.local + by)
    full["range"]["startDate"] = first.isoformat()
    return *moved, full


def blank(key: str, folder: str, now: datetime) -> Item:
    """An item about to be created."""
    moment = Moment(now.replace(tzinfo=None).isoformat(), "UTC", "UTC")
    stamp = times.stamp(now)
    return Item(key, folder, moment, moment, dict(DEFAULTS), created=stamp, modified=stamp)
