"""From an .ics file to events as Google's page would hold them (RFC 5545, RFC 7986)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import x_wr_timezone
from icalendar import Calendar

from sandbox.ics.recurrence import lines, original_start
from sandbox.ics.shifting import weeks_until_coming
from sandbox.ics.times import Component, google_time, is_all_day, many

Json = dict[str, Any]

_STATUS = {"NEEDS-ACTION": "needsAction", "DECLINED": "declined", "TENTATIVE": "tentative", "ACCEPTED": "accepted"}


class UnusableEventError(ValueError):
    """An event that no calendar could hold; the message says why."""


@dataclass(frozen=True)
class Override:
    """One occurrence of a series that is different, or (without changes) taken out."""

    original: str
    changes: Json | None


@dataclass(frozen=True)
class Draft:
    """An event to put into a calendar, with the exceptions of its series."""

    title: str
    event: Json
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True)
class Refused:
    """An event that could not be read, and why."""

    title: str
    reason: str


def read(data: bytes, *, today: date, zone: str) -> list[Draft | Refused]:
    """Return what a file holds, moved so that its first event lies in the seven days from today.

    `zone` is for floating times. Raises ValueError where the file is no calendar at all.
    """
    events = [event for calendar in _calendars(data) for event in calendar.walk("VEVENT")]
    by = _shift(events, today)
    masters = [event for event in events if "RECURRENCE-ID" not in event]
    uids = {str(event.get("UID")) for event in masters}
    orphans = [event for event in events if "RECURRENCE-ID" in event and str(event.get("UID")) not in uids]
    exceptions = [event for event in events if event not in masters and event not in orphans]
    return [_draft(event, exceptions, by, zone) for event in (*masters, *orphans)]


def _calendars(data: bytes) -> Iterable[Calendar]:
    for calendar in Calendar.from_ical(data, multiple=True):
        yield x_wr_timezone.to_standard(calendar)


def _shift(events: Sequence[Component], today: date) -> timedelta:
    starts = [event["DTSTART"].dt for event in events if "DTSTART" in event]
    days = [start.date() if isinstance(start, datetime) else start for start in starts]
    return weeks_until_coming(min(days), today) if days else timedelta()


def _draft(event: Component, exceptions: Sequence[Component], by: timedelta, zone: str) -> Draft | Refused:
    title = str(event.get("SUMMARY", ""))
    try:
        body = _body(event, by, zone) | _recurring(event, by)
        overrides = [_override(one, by, zone) for one in exceptions if one.get("UID") == event.get("UID")]
    except (UnusableEventError, ValueError, KeyError, AttributeError) as error:
        return Refused(title, str(error) or type(error).__name__)
    return Draft(title, body, tuple(overrides) if "recurrence" in body else ())


def _body(event: Component, by: timedelta, zone: str) -> Json:
    if "DTSTART" not in event:
        raise UnusableEventError("it has no start")
    start = event["DTSTART"].dt
    end = _end(event, start)
    return {
        "summary": str(event.get("SUMMARY", "")),
        "description": str(event.get("DESCRIPTION", "")),
        "location": str(event.get("LOCATION", "")),
        "status": str(event.get("STATUS", "CONFIRMED")).lower(),
        "transparency": str(event.get("TRANSP", "OPAQUE")).lower(),
        "visibility": {"PRIVATE": "private", "CONFIDENTIAL": "confidential"}.get(str(event.get("CLASS")), "default"),
        "start": google_time(start + by, zone),
        "end": google_time(end + by, zone),
        "attendees": [_attendee(one) for one in many(event.get("ATTENDEE"))],
    }


def _end(event: Component, start: date | datetime) -> date | datetime:
    if "DTEND" in event:
        end = event["DTEND"].dt
        return end if is_all_day(end) == is_all_day(start) else start
    if "DURATION" in event:
        length: timedelta = event["DURATION"].dt
        return start + length
    # RFC 5545 §3.6.1: a date lasts its day, an instant has no length.
    return start + timedelta(days=1) if is_all_day(start) else start


def _recurring(event: Component, by: timedelta) -> Json:
    rules = lines(event, by) if "RECURRENCE-ID" not in event else []
    return {"recurrence": rules} if rules else {}


def _override(event: Component, by: timedelta, zone: str) -> Override:
    original = original_start(event["RECURRENCE-ID"].dt + by, ZoneInfo(zone))
    cancelled = str(event.get("STATUS", "")) == "CANCELLED"
    return Override(original, None if cancelled else _body(event, by, zone))


def _attendee(address: Component) -> Json:
    parameters = getattr(address, "params", {})
    answer = _STATUS.get(str(parameters.get("PARTSTAT", "")), "needsAction")
    email = str(address).removeprefix("mailto:").removeprefix("MAILTO:")
    name = parameters.get("CN")
    return {"email": email, "responseStatus": answer} | ({"displayName": str(name)} if name else {})
