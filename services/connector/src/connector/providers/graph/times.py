"""Graph's `dateTimeTimeZone` and our times, both ways (D6).

Exchange knows zones by Windows' names, of which each stands for several of ours: Europe/Rome comes back as Berlin's.
So the zone that we wrote is kept in a property of ours and counts as long as the event's Windows zone is still its.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connector.domain.spans import UnreadableTimeError, computable
from connector.domain.zones import iana_zone, windows_zone
from contracts.times import AllDay, EventTime, Timed

Raw = Mapping[str, Any]
_UTC = "UTC"
_OWN_NAMES = {"tzone://Microsoft/Utc": _UTC}
"""Exchange's names beside Windows' own; what is behind `tzone://Microsoft/Custom`, it does not tell."""


def read_time(raw: Raw, written_zone: str | None = None) -> EventTime:
    """Return the time of an event that was asked for in UTC. Raises UnreadableTimeError.

    All-day events show their dates in any zone; an end before the start counts as the start.
    """
    start, end = _moment(raw.get("start")), _moment(raw.get("end") or raw.get("start"))
    if raw.get("isAllDay"):
        return computable(_days(start, end))
    return computable(Timed(start=start, end=max(start, end), timezone=read_zone(raw, written_zone) or _UTC))


def _days(start: datetime, end: datetime) -> AllDay:
    return AllDay(start=start.date(), end=max(end.date(), start.date()))


def read_zone(raw: Raw, written_zone: str | None = None) -> str | None:
    """Return the IANA zone in which the event was made, None for one that nobody knows."""
    name = str(raw.get("originalStartTimeZone") or _UTC)
    shown = iana_zone(_OWN_NAMES.get(name, name))
    if written_zone and iana_zone(written_zone) and (shown is None or name in {wire_zone(written_zone), written_zone}):
        return written_zone
    return shown


def wire_zone(zone: str) -> str:
    """Return the name by which Exchange takes a zone; where Windows has none, the instant in UTC is all it can hold."""
    return windows_zone(zone) or _UTC


def read_instant(text: object) -> datetime:
    """Return an instant in UTC, whole seconds; one without an offset is UTC. Raises UnreadableTimeError."""
    if not isinstance(text, str):
        raise UnreadableTimeError("an event without a start")
    moment = datetime.fromisoformat(text).replace(microsecond=0)
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise UnreadableTimeError("its dates are beyond what a calendar can compute with") from error


def _moment(raw: object) -> datetime:
    if not isinstance(raw, Mapping):
        raise UnreadableTimeError("an event without a start")
    moment = read_instant(raw.get("dateTime"))
    zone = str(raw.get("timeZone") or _UTC)
    if zone == _UTC:
        return moment
    known = iana_zone(_OWN_NAMES.get(zone, zone))  # the answer ignores which zone it was asked for
    if known is None:
        raise UnreadableTimeError(f"the time zone {zone} is unknown")
    return moment.replace(tzinfo=ZoneInfo(known)).astimezone(UTC)


def write_time(time: EventTime) -> dict[str, Any]:
    """Return `start`, `end` and `isAllDay`, which says what a switch leaves behind."""
    if isinstance(time, AllDay):
        days = {"start": time.start.isoformat(), "end": time.end.isoformat()}
        return {name: _wire(f"{day}T00:00:00", _UTC) for name, day in days.items()} | {"isAllDay": True}
    zone = wire_zone(time.timezone)
    local = ZoneInfo(time.timezone if windows_zone(time.timezone) else _UTC)
    moments = {"start": time.start, "end": time.end}
    walls = {name: moment.astimezone(local).replace(tzinfo=None) for name, moment in moments.items()}
    return {name: _wire(wall.isoformat(timespec="seconds"), zone) for name, wall in walls.items()} | {"isAllDay": False}


def _wire(wall: str, zone: str) -> dict[str, str]:
    return {"dateTime": wall, "timeZone": zone}
