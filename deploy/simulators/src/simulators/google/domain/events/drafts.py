"""From what a client sent to what is stored: defaults, checks and Google's normalisations."""

import re
from dataclasses import dataclass
from typing import Any

from simulators.google.domain import times
from simulators.google.domain.errors import GoogleError, invalid, not_organizer, required, time_range_empty
from simulators.google.domain.events.calendar import Calendar, Event
from simulators.google.domain.recurring import recurrence

# What a client may write; everything else in a request is read-only and ignored, as Google does.
WRITABLE = frozenset(
    {
        "anyoneCanAddSelf",
        "attachments",
        "attendees",
        "birthdayProperties",
        "colorId",
        "conferenceData",
        "description",
        "end",
        "endTimeUnspecified",
        "eventLabelId",
        "eventType",
        "extendedProperties",
        "focusTimeProperties",
        "gadget",
        "guestsCanInviteOthers",
        "guestsCanModify",
        "guestsCanSeeOtherGuests",
        "location",
        "outOfOfficeProperties",
        "recurrence",
        "reminders",
        "source",
        "start",
        "status",
        "summary",
        "transparency",
        "visibility",
        "workingLocationProperties",
    }
)
# Google leaves these out of an answer while they have their default.
_DEFAULTS: dict[str, Any] = {
    "transparency": "opaque",
    "visibility": "default",
    "guestsCanInviteOthers": True,
    "guestsCanModify": False,
    "guestsCanSeeOtherGuests": True,
    "anyoneCanAddSelf": False,
    "endTimeUnspecified": False,
}
# What all guests share; only the organizer may change it (events reference).
_SHARED = (
    "summary",
    "description",
    "location",
    "start",
    "end",
    "recurrence",
    "guestsCanModify",
    "guestsCanInviteOthers",
    "guestsCanSeeOtherGuests",
    "attachments",
)
# "The API may change only" these of an event made from a mail (event types guide).
_FROM_GMAIL = frozenset(
    {
        "colorId",
        "reminders",
        "visibility",
        "transparency",
        "status",
        "attendees",
        "extendedProperties",
    }
)
_CHOICES = {
    "status": {"confirmed", "tentative", "cancelled"},
    "visibility": {"default", "public", "private", "confidential"},
    "transparency": {"opaque", "transparent"},
    "eventType": {"default", "birthday", "focusTime", "fromGmail", "outOfOffice", "workingLocation"},
}
_ANSWERS = {"needsAction", "declined", "tentative", "accepted"}
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+$")
_TEXTS = ("summary", "description", "location")


@dataclass(frozen=True, slots=True)
class TextRules:
    """Whether texts lose trailing blanks and CRLF on their way in (a trap, off by default)."""

    trim: bool = False


def merge(old: Any, new: Any) -> Any:  # noqa: ANN401 - any JSON value
    """PATCH: objects are merged, null deletes, arrays and plain values replace."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return _without_nulls(new)
    result = dict(old)
    for name, value in new.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


def _without_nulls(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return value


def writable(body: Event) -> Event:
    """Only what a client may write."""
    return {name: value for name, value in body.items() if name in WRITABLE}


def finished(draft: Event, calendar: Calendar, text: TextRules, *, may_be_empty: bool = False) -> Event:
    """Check a complete draft and bring it to the form that is stored.

    `may_be_empty`: a timed event may end as it starts. Google's page makes such events, while its API refuses times
    that say so.
    """
    _check_choices(draft)
    event = {name: value for name, value in draft.items() if _DEFAULTS.get(name) != value}
    event.setdefault("status", "confirmed")
    event.setdefault("eventType", "default")
    event.setdefault("reminders", {"useDefault": True})
    _set_times(event, calendar, may_be_empty=may_be_empty)
    _set_attendees(event, calendar)
    _set_properties(event)
    _check_type(event, calendar)
    for name in _TEXTS if text.trim else ():
        if name in event:
            event[name] = event[name].replace("\r\n", "\n").rstrip()
    return event


def check_organizer(old: Event, draft: Event) -> None:
    """A guest may change only his own copy (403 `forbiddenForNonOrganizer`)."""
    if old["organizer"].get("self") or old.get("guestsCanModify"):
        return
    if any(old.get(name) != draft.get(name) for name in _SHARED):
        raise not_organizer()


def check_mail_event(old: Event, draft: Event) -> None:
    """Events made from mail are almost read-only."""
    changed = {name for name in WRITABLE if old.get(name) != draft.get(name)}
    if old.get("eventType") == "fromGmail" and changed - _FROM_GMAIL:
        raise GoogleError(
            400,
            "eventTypeRestriction",
            "Event of this type cannot be changed this way.",
            domain="calendar",
        )


def _check_choices(draft: Event) -> None:
    for name, allowed in _CHOICES.items():
        if name in draft and draft[name] not in allowed:
            raise invalid(f"Invalid value for {name}: {draft[name]}")


def _set_times(event: Event, calendar: Calendar, *, may_be_empty: bool) -> None:
    zone = calendar.time_zone
    start, given_end = event.get("start") or {}, event.get("end") or {}
    if event.get("recurrence"):
        _need_zone(start, "start")
        _need_zone(given_end, "end")
    elif "recurrence" in event:
        del event["recurrence"]
    event["start"] = times.normalise(start, zone, "start")
    event["end"] = times.normalise(given_end, zone, "end")
    if times.is_all_day(event["start"]) != times.is_all_day(event["end"]):
        raise invalid("Start and end times must either both be date or both be dateTime.")
    begin, end = (times.instant(event[side], zone) for side in ("start", "end"))
    if end < begin or (end == begin and not (may_be_empty and not times.is_all_day(event["start"]))):
        raise time_range_empty()
    recurrence.check(event)


def _need_zone(value: Event, side: str) -> None:
    if value.get("dateTime") and not value.get("timeZone"):
        raise required(f"Missing time zone definition for {side} time.")


def _set_attendees(event: Event, calendar: Calendar) -> None:
    if "attendees" not in event:
        return
    organizer = event.get("organizer", {}).get("email")
    guests = {guest["email"]: guest for guest in map(_guest, event["attendees"])}
    if guests:
        event["attendees"] = [_placed(guest, calendar, organizer) for guest in guests.values()]
    else:
        del event["attendees"]


def _placed(guest: Event, calendar: Calendar, organizer: str | None) -> Event:
    bare = {name: value for name, value in guest.items() if name not in {"self", "organizer"}}
    own = {"self": True} if guest["email"] in {calendar.id, calendar.owner} else {}
    return bare | own | ({"organizer": True} if guest["email"] == organizer else {})


def _guest(given: Event) -> Event:
    email = given.get("email")
    if not email:
        raise required("Missing attendee email.")
    if not _EMAIL.match(email):
        raise invalid("Invalid attendee email.")
    answer = given.get("responseStatus", "needsAction")
    if answer not in _ANSWERS:
        raise invalid("Invalid attendee response status.")
    return {**given, "email": email.lower(), "responseStatus": answer}


def _set_properties(event: Event) -> None:
    properties = event.get("extendedProperties")
    if properties is None:
        return
    kept = {kind: values for kind, values in properties.items() if values}
    if kept:
        event["extendedProperties"] = kept
    else:
        del event["extendedProperties"]


def _check_type(event: Event, calendar: Calendar) -> None:
    kind = event["eventType"]
    if kind in {"outOfOffice", "focusTime"}:
        if calendar.id != calendar.owner or times.is_all_day(event["start"]):
            reason = f"malformed{kind[0].upper()}{kind[1:]}Event"
            raise GoogleError(
                400,
                reason,
                f"A {kind} event must be a timed event on the primary calendar.",
                domain="calendar",
            )
        event.setdefault(f"{kind}Properties", {})
    if kind == "birthday" and not times.is_all_day(event["start"]):
        raise GoogleError(400, "malformedBirthdayEvent", "A birthday event must be all-day.", domain="calendar")
