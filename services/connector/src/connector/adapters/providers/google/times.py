"""Google's `EventDateTime` and our times, both ways (D6)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector.domain.provider.spans import UnreadableTimeError, computable
from connector.domain.provider.zones import iana_zone
from connector.domain.series.recurrence import original_start
from contracts.times import AllDay, EventTime, Timed

_DAY = timedelta(days=1)


def read_time(raw: Mapping[str, Any], calendar_zone: str) -> EventTime:
    """Return the time of an event resource; the zone is the one of its start, else the calendar's.

    An end before the start counts as the start: the contract knows no negative lengths. Raises UnreadableTimeError.
    """
    return computable(_read_time(raw.get("start") or {}, raw.get("end") or {}, calendar_zone))


def _read_time(start: Mapping[str, Any], end: Mapping[str, Any], calendar_zone: str) -> EventTime:
    if start.get("date"):
        first = date.fromisoformat(start["date"])
        last = date.fromisoformat(end["date"]) if end.get("date") else first
        return AllDay(start=first, end=last if last > first else _next(first))
    begin = read_instant(start, calendar_zone)
    finish = read_instant(end, calendar_zone) if end.get("dateTime") else begin
    return Timed(start=begin, end=max(begin, finish), timezone=_zone(start, calendar_zone))


def _next(day: date) -> date:
    try:
        return day + _DAY
    except OverflowError as error:
        raise UnreadableTimeError("its day is the last one of all") from error


def read_original(raw: Mapping[str, Any], calendar_zone: str) -> str:
    """Return `originalStartTime` as the place of an occurrence in its series."""
    if raw.get("date"):
        return original_start(date.fromisoformat(raw["date"]))
    return original_start(read_instant(raw, calendar_zone))


def read_instant(raw: Mapping[str, Any], calendar_zone: str) -> datetime:
    """Return the instant in UTC, whole seconds; without an offset it is local in its zone (PEP 495, fold=0)."""
    text = raw.get("dateTime")
    if not text:
        raise UnreadableTimeError("an event without a start")
    moment = datetime.fromisoformat(text).replace(microsecond=0)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(_zone(raw, calendar_zone)))
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise UnreadableTimeError("its dates are beyond what a calendar can compute with") from error


def lacks_zone(raw: Mapping[str, Any]) -> bool:
    """Whether the calendar's own zone is needed to read the event."""
    return any((raw.get(side) or {}).get("dateTime") and not raw[side].get("timeZone") for side in ("start", "end"))


def write_time(time: EventTime) -> dict[str, dict[str, str | None]]:
    """Return `start` and `end`; what a switch between date and dateTime leaves over is nulled."""
    if isinstance(time, AllDay):
        return {"start": _day(time.start), "end": _day(time.end)}
    return {"start": _moment(time.start, time.timezone), "end": _moment(time.end, time.timezone)}


def _day(day: date) -> dict[str, str | None]:
    return {"date": day.isoformat(), "dateTime": None, "timeZone": None}


def _moment(moment: datetime, zone: str) -> dict[str, str | None]:
    local = moment.astimezone(ZoneInfo(zone))
    return {"date": None, "dateTime": local.isoformat(timespec="seconds"), "timeZone": zone}


def _zone(raw: Mapping[str, Any], calendar_zone: str) -> str:
    given = raw.get("timeZone") or calendar_zone
    known = iana_zone(given)
    if known is None:
        raise UnreadableTimeError(f"the time zone {given} is unknown")
    return known
