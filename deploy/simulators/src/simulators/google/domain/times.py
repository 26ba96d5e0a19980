"""Google's times: RFC 3339 instants, plain dates, and the `EventDateTime` object."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulators.google.domain.errors import bad_request, invalid, required

EventTime = dict[str, Any]


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """The IANA zone; an unknown name is Google's 400."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise invalid(f"Invalid time zone definition: {name}") from error


def parse_instant(text: str, parameter: str) -> datetime:
    """An RFC 3339 instant with its offset, as query parameters need it."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        moment = datetime.min  # noqa: DTZ901 - only marks "no offset" for the check below
    if moment.tzinfo is None:
        raise bad_request(f"Bad Request: {parameter} must be an RFC3339 timestamp with an offset")
    return moment


def stamp(moment: datetime) -> str:
    """`created` and `updated`: UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def rfc3339(moment: datetime) -> str:
    """With seconds, and `Z` for UTC, as Google writes `dateTime`."""
    text = moment.isoformat(timespec="seconds")
    return text.replace("+00:00", "Z")


def normalise(value: EventTime, default_zone: str, side: str) -> EventTime:
    """What is stored for a given `start` or `end`: a date, or an instant with its zone.

    Without a zone the calendar's applies; without a zone and an offset it is an error.
    """
    day, moment, zone = value.get("date"), value.get("dateTime"), value.get("timeZone")
    if (day is None) == (moment is None):
        raise invalid(f"Invalid {side} time.") if day else required(f"Missing {side} time.")
    if day is not None:
        return {"date": _date(day, side).isoformat()}
    parsed = _datetime(str(moment), side)
    if parsed.tzinfo is None:
        if not zone:
            raise required(f"Missing time zone definition for {side} time.")
        parsed = parsed.replace(tzinfo=zone_named(zone))
    shown = parsed.astimezone(zone_named(zone or default_zone)).replace(microsecond=0)
    return {"dateTime": rfc3339(shown), "timeZone": zone or default_zone}


def _date(text: str, side: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise invalid(f"Invalid {side} time.") from error


def _datetime(text: str, side: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid(f"Invalid {side} time.") from error


def is_all_day(value: EventTime) -> bool:
    """Whether it is a plain date."""
    return "date" in value


def instant(value: EventTime, default_zone: str) -> datetime:
    """The instant; a plain date begins at midnight in the calendar's zone."""
    if is_all_day(value):
        day = date.fromisoformat(value["date"])
        return datetime(day.year, day.month, day.day, tzinfo=zone_named(default_zone))
    return datetime.fromisoformat(value["dateTime"])


def local(value: EventTime) -> datetime:
    """The wall-clock time in the event's own zone, without zone (recurrence runs on it)."""
    if is_all_day(value):
        return datetime.fromisoformat(value["date"])
    moment = datetime.fromisoformat(value["dateTime"])
    return moment.astimezone(zone_named(value["timeZone"])).replace(tzinfo=None)


def at_local(wall: datetime, like: EventTime) -> EventTime:
    """An `EventDateTime` of the same kind and zone as `like` at another wall-clock time."""
    if is_all_day(like):
        return {"date": wall.date().isoformat()}
    moment = wall.replace(tzinfo=zone_named(like["timeZone"]), fold=0)
    # Through UTC, so that a wall-clock time that a DST jump leaves out becomes a real one.
    real = moment.astimezone(UTC).astimezone(moment.tzinfo)
    return {"dateTime": rfc3339(real), "timeZone": like["timeZone"]}


def plus(value: EventTime, span: timedelta) -> EventTime:
    """The time later by `span` (whole days for a date)."""
    if is_all_day(value):
        return {"date": (date.fromisoformat(value["date"]) + span).isoformat()}
    moment = datetime.fromisoformat(value["dateTime"]).astimezone(UTC) + span
    return {**value, "dateTime": rfc3339(moment.astimezone(zone_named(value["timeZone"])))}


def span_of(start: EventTime, end: EventTime) -> timedelta:
    """How long it takes; both of the same kind."""
    return instant(end, "UTC") - instant(start, "UTC")


def shown_in(value: EventTime, zone: ZoneInfo) -> EventTime:
    """The same instant written with the offset of the calendar's (or asked) zone."""
    if "dateTime" not in value:
        return value
    moment = datetime.fromisoformat(value["dateTime"]).astimezone(zone)
    return {**value, "dateTime": rfc3339(moment)}


def same(value: EventTime, text: str) -> bool:
    """Whether a date or an RFC 3339 instant names this time."""
    if is_all_day(value):
        return bool(value["date"] == text)
    return instant(value, "UTC") == parse_instant(text, "originalStart")
