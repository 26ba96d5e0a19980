"""Events in the words that every simulator's person speaks (`summary`, `start`, RRULE …), there and back.

Words of the store's own (they are Graph's) pass through as they are, so that a person can do what only Outlook has.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from simulators.frame.domain.markup import is_markup
from simulators.frame.store import bodies, ids, zones
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.drafts import DEFAULTS
from simulators.frame.store.errors import invalid_request
from simulators.frame.store.identity import etag, uid
from simulators.frame.store.recurring import rules
from simulators.frame.store.times import Moment

Json = dict[str, Any]

#: Where a private property of that name is kept (PS_PUBLIC_STRINGS).
PROPERTY = "String {{00020329-0000-0000-c000-000000000046}} Name {}"
_COLOUR, _DEFAULT_MINUTES = "Color ", 15
_NAME = re.compile(r" Name (.+)$")
_ANSWERS = {
    "needsAction": "notResponded",
    "accepted": "accepted",
    "tentative": "tentativelyAccepted",
    "declined": "declined",
}
_WORDS = {answer: word for word, answer in _ANSWERS.items()} | {"none": "needsAction", "organizer": "accepted"}
_SENSITIVITY = {"private": "private", "confidential": "confidential"}
#: The store's own words.
_OWN = frozenset(DEFAULTS) | {"body", "singleValueExtendedProperties"}
# What a simulated Exchange has no place for, or draws itself.
_IGNORED = frozenset({"id", "creator", "organizer", "guestsCanModify", "eventType"}) | frozenset(
    {"sequence", "iCalUID", "kind", "etag", "recurrence"}
)


def to_store(body: Json, zone: str) -> Json:
    """The changes in the store's words; `zone` is for times without one."""
    made: Json = {}
    for name, value in body.items():
        if name in _TRANSLATED:
            made |= _TRANSLATED[name](value, zone)
        elif name in _OWN:
            made[name] = value
        elif name not in _IGNORED:
            raise invalid_request(f"A person of this calendar knows no '{name}'.")
    if isinstance(body.get("recurrence"), dict):
        made["recurrence"] = body["recurrence"]
    return made


def recurrence(body: Json, start: Moment) -> tuple[Json | None, tuple[str, ...]]:
    """The recurrence of RRULE lines, and the days left out."""
    lines = body.get("recurrence")
    return rules.to_store(lines, start) if isinstance(lines, list) and lines else (None, ())


def _time(name: str, value: Any, zone: str) -> Json:  # noqa: ANN401 - a person may say either kind
    if value.get("date"):
        midnight = {"dateTime": f"{date.fromisoformat(value['date'])}T00:00:00", **_zone(value, zone)}
        return {name: midnight, "isAllDay": True}
    return {name: {"dateTime": value["dateTime"], **_zone(value, zone)}, "isAllDay": False}


def _zone(value: Json, zone: str) -> Json:
    """The zone of a time; `zoneName`: how the event calls it, where no list has that name."""
    return {"timeZone": zone} | {word: value[word] for word in ("timeZone", "zoneName") if value.get(word) is not None}


def _body(value: Any) -> Json:  # noqa: ANN401 - may be null
    kind = "html" if is_markup(value or "") else "text"
    return {"body": {"contentType": kind, "content": value or ""}}


def _attendees(value: Any) -> Json:  # noqa: ANN401 - any JSON value
    return {"attendees": [_guest(one) for one in value or ()]}


def _guest(one: Json) -> Json:
    if "emailAddress" in one:
        return one
    answer = _ANSWERS[one.get("responseStatus", "needsAction")]
    return {
        "emailAddress": {"address": one["email"], "name": one.get("displayName") or one["email"]},
        "type": "optional" if one.get("optional") else "required",
        "status": {"response": answer, "time": "0001-01-01T00:00:00Z"},
    }


def _private(value: Any) -> Json:  # noqa: ANN401 - any JSON value
    found = [{"id": PROPERTY.format(name), "value": text} for name, text in value.get("private", {}).items()]
    return {"singleValueExtendedProperties": found}


def _reminder(value: Any) -> Json:  # noqa: ANN401 - any JSON value
    if value.get("useDefault", True):
        return {"isReminderOn": True, "reminderMinutesBeforeStart": _DEFAULT_MINUTES}
    own = [one["minutes"] for one in value.get("overrides", ())]
    return {"isReminderOn": True, "reminderMinutesBeforeStart": own[0]} if own else {"isReminderOn": False}


_TRANSLATED: dict[str, Any] = {
    "summary": lambda value, _: {"subject": value},
    "description": lambda value, _: _body(value),
    "location": lambda value, _: {"location": value if isinstance(value, dict) else {"displayName": value or ""}},
    "start": lambda value, zone: _time("start", value, zone),
    "end": lambda value, zone: _time("end", value, zone),
    "transparency": lambda value, _: {"showAs": "free" if value == "transparent" else "busy"},
    "visibility": lambda value, _: {"sensitivity": _SENSITIVITY.get(value, "normal")},
    "status": lambda value, _: {"showAs": "tentative"} if value == "tentative" else {},
    "attendees": lambda value, _: _attendees(value),
    "colorId": lambda value, _: {"categories": [f"{_COLOUR}{value}"]},
    "reminders": lambda value, _: _reminder(value),
    "extendedProperties": lambda value, _: _private(value),
}


def invited(item: Item, organizer: str, own: str) -> Json:
    """The fields that make an event somebody else's invitation."""
    mine = [one for one in item.fields["attendees"] if one["emailAddress"]["address"] == own]
    status = mine[0]["status"] if mine else {"response": "notResponded", "time": "0001-01-01T00:00:00Z"}
    return {
        "organizer": {"emailAddress": {"name": organizer, "address": organizer}},
        "isOrganizer": False,
        "responseStatus": status,
    }


IdOf = Callable[[ids.Ref, str], str]
"""How a provider writes the id of an item in a folder (that is the second)."""


def shown(item: Item, calendar: Calendar, id_of: IdOf) -> Json:
    """An event of a calendar in a person's words; what is empty or as always is left out."""
    fields = item.fields
    made: Json = {
        "id": id_of(ids.Ref(item.master or item.key, item.day), item.folder),
        "status": "confirmed",
        "etag": etag(item),
        "updated": item.modified,
        "summary": fields["subject"],
        "description": bodies.to_text(item.body).replace("\r\n", "\n"),
        "location": fields["location"]["displayName"],
        "start": _shown_time(item.start, all_day=fields["isAllDay"]),
        "end": _shown_time(item.end, all_day=fields["isAllDay"]),
        "transparency": "transparent" if fields["showAs"] == "free" else "",
        "visibility": _SENSITIVITY.get(fields["sensitivity"], ""),
        "iCalUID": item.uid or uid(item, item.day),
        "organizer": _organizer(item),
        "attendees": [_shown_guest(one, calendar.owner) for one in fields["attendees"]],
        "recurrence": _lines(item),
        "recurringEventId": id_of(ids.Ref(item.master), item.folder) if item.master else None,
        "extendedProperties": _shown_properties(item),
        "reminders": _shown_reminder(item),
        "colorId": "".join(one.removeprefix(_COLOUR) for one in fields["categories"] if one.startswith(_COLOUR)),
    }
    if item.original and item.day:
        of_days = calendar.items[item.master or item.key].fields["isAllDay"]  # whatever became of this one
        made["originalStartTime"] = (
            {"date": item.day} if of_days else {"dateTime": item.original, "timeZone": item.start.zone}
        )
    return {name: value for name, value in made.items() if value not in ("", [], {}, None)}


def _shown_time(moment: Moment, *, all_day: bool) -> Json:
    if all_day:
        return {"date": moment.local.date().isoformat()}
    local = moment.instant.astimezone(zones.zone(moment.zone))
    return {"dateTime": local.isoformat(timespec="seconds").replace("+00:00", "Z"), "timeZone": moment.zone}


def _lines(item: Item) -> list[str]:
    if item.recurrence is None:
        return []
    clock = item.start.local.time()
    if item.fields["isAllDay"]:
        gone = [f"EXDATE;VALUE=DATE:{day.replace('-', '')}" for day in item.cancelled]
    else:
        moments = (item.start.at(datetime.combine(date.fromisoformat(day), clock)) for day in item.cancelled)
        gone = [f"EXDATE:{moment.instant:%Y%m%dT%H%M%SZ}" for moment in moments]
    return rules.to_lines(item.recurrence, item.start) + gone


def _organizer(item: Item) -> Json:
    mail = item.fields["organizer"]["emailAddress"]
    own = {"self": True} if item.fields["isOrganizer"] else {}
    return {"email": mail["address"], **own}


def _shown_guest(one: Json, owner: str) -> Json:
    address = one["emailAddress"]["address"]
    own = {"self": True} if address == owner else {}
    return {"email": address, "responseStatus": _WORDS[one["status"]["response"]], **own}


def _shown_properties(item: Item) -> Json:
    found = {_NAME.search(name): value for name, value in item.properties.items()}
    named = {match[1]: value for match, value in found.items() if match}
    return {"private": named} if named else {}


def _shown_reminder(item: Item) -> Json:
    minutes = item.fields["reminderMinutesBeforeStart"]
    if not item.fields["isReminderOn"]:
        return {"useDefault": False}
    if minutes == _DEFAULT_MINUTES:
        return {"useDefault": True}
    return {"useDefault": False, "overrides": [{"method": "popup", "minutes": minutes}]}


def original_day(key: str, start: Moment) -> str:
    """The day of an occurrence that is named by its original start (`YYYYMMDD` or a UTC instant)."""
    if "T" not in key:
        return date.fromisoformat(key).isoformat()
    instant = datetime.strptime(key, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return instant.astimezone(zones.zone(start.zone)).date().isoformat()
