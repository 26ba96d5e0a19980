"""What inserting, changing, deleting and moving an event does to a calendar."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from simulators.google.domain import times
from simulators.google.domain.errors import GoogleError, condition_not_met, deleted, duplicate, invalid, not_found
from simulators.google.domain.events import drafts
from simulators.google.domain.events.calendar import Calendar, Event
from simulators.google.domain.events.drafts import TextRules
from simulators.google.domain.recurring import recurrence

_CLIENT_ID = re.compile(r"^[a-v0-9]{5,1024}$")
_ALPHABET = "0123456789abcdefghijklmnopqrstuv"
_ETAG_BASE = 3_400_000_000_000_000
_SEQUENCE = (
    "Invalid sequence value. The specified sequence number is below the current sequence number "
    "of the resource. Re-fetch the resource and use its sequence number on the following request."
)


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, and when; `rng` draws the ids that Google would choose.

    `on_page`: in Google's own page rather than by the API.
    """

    actor: str
    now: datetime
    rng: Random
    text: TextRules = field(default_factory=TextRules)
    on_page: bool = False


def insert(calendar: Calendar, body: Event, act: Act) -> Event:
    """`events.insert`: the client may choose the id (409 if taken, also by a deleted event)."""
    event_id, uid = body.get("id"), body.get("iCalUID")
    if event_id is None:
        event_id = new_id(act.rng)
    elif uid and uid != f"{event_id}@google.com":
        raise invalid("Only one of id and iCalUID may be given.")
    elif not _CLIENT_ID.match(event_id):
        raise invalid("Invalid resource id value.")
    if event_id in calendar.rows or (uid and _live_with(calendar, uid)):
        raise duplicate()
    draft = drafts.writable(drafts.merge({}, body)) | _identity(calendar, event_id, uid, act)
    draft["sequence"] = body.get("sequence") or 0
    return store(calendar, drafts.finished(draft, calendar, act.text, may_be_empty=act.on_page), act)


def import_event(calendar: Calendar, body: Event, act: Act) -> Event:
    """`events.import`: a private copy of somebody's event, found again by its iCalUID."""
    if body.get("eventType", "default") != "default":
        raise invalid("Only events of the default type can be imported.")
    uid = body["iCalUID"]
    known = _live_with(calendar, uid)
    event_id = known or new_id(act.rng)
    draft = drafts.writable(drafts.merge({}, body)) | _identity(calendar, event_id, uid, act)
    if "organizer" in body:
        own = body["organizer"].get("email") == calendar.id
        draft["organizer"] = {**body["organizer"]} | ({"self": True} if own else {})
    draft["sequence"] = body.get("sequence") or 0
    return store(calendar, drafts.finished(draft, calendar, act.text, may_be_empty=act.on_page), act)


def change(
    calendar: Calendar,
    event_id: str,
    body: Event,
    act: Act,
    *,
    replace: bool = False,
    if_match: str | None = None,
) -> Event:
    """`events.patch`, or `events.update` with `replace`; also of one instance of a series."""
    old = existing(calendar, event_id)
    check_etag(old, if_match)
    kept = {name: value for name, value in old.items() if name not in drafts.WRITABLE}
    fresh = drafts.merge({} if replace else old, drafts.writable(body))
    if replace:
        fresh.setdefault("eventType", old["eventType"])
    if fresh["eventType"] != old["eventType"]:
        raise invalid("The event type cannot be changed.")
    _check_sequence(old, body, replace=replace)
    retimed = replace or not body.keys().isdisjoint({"start", "end"})
    may_be_empty = act.on_page or not retimed
    event = drafts.finished({**drafts.writable(fresh), **kept}, calendar, act.text, may_be_empty=may_be_empty)
    drafts.check_organizer(old, event)
    drafts.check_mail_event(old, event)
    if event["status"] == "cancelled":
        return _cancel(calendar, event, act)
    event["sequence"] = _next_sequence(old, event, body)
    _drop_orphans(calendar, old, event, act)
    return store(calendar, event, act)


def delete(calendar: Calendar, event_id: str, act: Act, if_match: str | None = None) -> Event:
    """`events.delete`: a tombstone; of a series also of its exceptions. Twice is 410."""
    old = existing(calendar, event_id)
    if old["status"] == "cancelled":
        raise deleted()
    check_etag(old, if_match)
    return _cancel(calendar, old, act)


def move(source: Calendar, target: Calendar, event_id: str, act: Act) -> Event:
    """`events.move`: a tombstone here, the same id there with the new organizer."""
    old = existing(source, event_id)
    if "recurringEventId" in old or old["eventType"] != "default":
        raise GoogleError(
            400,
            "cannotChangeOrganizer",
            "Cannot change the organizer of this event.",
            domain="calendar",
        )
    if old["status"] == "cancelled":
        raise deleted()
    taken = target.get(event_id)
    if taken is not None and taken["status"] != "cancelled":
        raise duplicate()
    family = [one for one in source.exceptions(event_id) if one["status"] != "cancelled"]
    _cancel(source, old, act)
    for event in family:
        store(target, {**event, "organizer": organizer_of(target)}, act)
    return store(target, {**old, "organizer": organizer_of(target)}, act)


def touch(calendar: Calendar, event_id: str, act: Act) -> Event:
    """A new etag without any visible change (Google's own post-processing)."""
    return store(calendar, dict(existing(calendar, event_id)), act)


def existing(calendar: Calendar, event_id: str) -> Event:
    """The event, a series' untouched instance included; deleted ones too. 404 otherwise."""
    event = calendar.get(event_id)
    if event is not None:
        return event
    parts = recurrence.split_id(event_id)
    master = calendar.get(parts[0]) if parts else None
    if parts and master and recurrence.is_master(master):
        original = recurrence.has_original(master, parts[1])
        if original is not None:
            return recurrence.instance(master, original)
    raise not_found()


def store(calendar: Calendar, event: Event, act: Act) -> Event:
    """Write the row with a new etag and time."""
    stamped = {**event, "etag": f'"{_ETAG_BASE + 2 * (calendar.seq + 1)}"', "updated": times.stamp(act.now)}
    return calendar.put(stamped)


def check_etag(event: Event, if_match: str | None) -> None:
    """412 when the given etag is not the present one."""
    if if_match not in {None, "*", event["etag"]}:
        raise condition_not_met()


def organizer_of(calendar: Calendar) -> dict[str, Any]:
    """The organizer of what is created in this calendar: itself."""
    if calendar.id == calendar.owner:
        return {"email": calendar.id, "self": True}
    return {"email": calendar.id, "displayName": calendar.summary, "self": True}


def new_id(rng: Random) -> str:
    """An id as Google draws them: 26 characters of base32hex."""
    return "".join(rng.choice(_ALPHABET) for _ in range(26))


def _identity(calendar: Calendar, event_id: str, uid: str | None, act: Act) -> Event:
    own = {"self": True} if act.actor == calendar.id else {}
    return {
        "kind": "calendar#event",
        "id": event_id,
        "iCalUID": uid or f"{event_id}@google.com",
        "htmlLink": f"https://www.google.com/calendar/event?eid={event_id}",
        "created": times.stamp(act.now.replace(microsecond=0)),
        "creator": {"email": act.actor, **own},
        "organizer": organizer_of(calendar),
    }


def _live_with(calendar: Calendar, uid: str) -> str | None:
    for event_id in sorted(calendar.by_uid.get(uid, ())):
        event = calendar.rows[event_id].event
        if event["status"] != "cancelled" and "recurringEventId" not in event:
            return event_id
    return None


def _check_sequence(old: Event, body: Event, *, replace: bool) -> None:
    given = body.get("sequence") or 0
    if (replace or "sequence" in body) and given < old["sequence"]:
        raise invalid(_SEQUENCE)


def _next_sequence(old: Event, event: Event, body: Event) -> int:
    base = max(int(old["sequence"]), int(body.get("sequence") or 0))
    return base + 1 if _moved(old, event) else base


def _moved(old: Event, event: Event) -> bool:
    return any(old.get(name) != event.get(name) for name in ("start", "end", "recurrence"))


def _cancel(calendar: Calendar, old: Event, act: Act) -> Event:
    for event in calendar.exceptions(old["id"]):
        if event["status"] != "cancelled":
            store(calendar, {**event, "status": "cancelled"}, act)
    return store(calendar, {**old, "status": "cancelled"}, act)


def _drop_orphans(calendar: Calendar, old: Event, event: Event, act: Act) -> None:
    # A series moved or ruled anew loses the exceptions whose original start is gone.
    if not recurrence.is_master(old) or not _moved(old, event):
        return
    for one in calendar.exceptions(old["id"]):
        parts = recurrence.split_id(one["id"])
        kept = recurrence.is_master(event) and parts is not None and recurrence.has_original(event, parts[1])
        if not kept and one["status"] != "cancelled":
            store(calendar, {**one, "status": "cancelled"}, act)
