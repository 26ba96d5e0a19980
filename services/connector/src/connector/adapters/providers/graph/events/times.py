"""Graph's `dateTimeTimeZone` and our times, both ways (D6)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connector.adapters.providers.exchange_store.zones import UTC_NAME, kept_zone, known_zone, wire_zone
from connector.domain.provider.spans import UnreadableTimeError, computable
from connector.domain.provider.zones import iana_zone
from contracts.times import AllDay, EventTime, Timed

Raw = Mapping[str, Any]


def read_time(raw: Raw, written_zone: str | None = None) -> EventTime:
    """Return the time of an event that was asked for in UTC. Raises UnreadableTimeError.

    All-day events show their dates in any zone; an end before the start counts as the start.
    """
    begin, until = raw.get("start"), raw.get("end") or raw.get("start")
    if raw.get("isAllDay"):
        return computable(_days(_wall(begin), _wall(until)))
    start, end = _moment(begin), _moment(until)
    zone = read_zone(raw, written_zone) or UTC_NAME
    own = iana_zone(written_zone or "")
    if own and zone == UTC_NAME and _wire_zone_at(start, own) == UTC_NAME:
        zone = own
    return computable(Timed(start=start, end=max(start, end), timezone=zone))


def _days(start: datetime, end: datetime) -> AllDay:
    return AllDay(start=start.date(), end=max(end.date(), start.date()))


def _wall(raw: object) -> datetime:
    """Return what the clock on the wall shows, whatever the zone: a day is the same one in all of them."""
    if not isinstance(raw, Mapping) or not isinstance(text := raw.get("dateTime"), str):
        raise UnreadableTimeError("an event without a start")
    return datetime.fromisoformat(text).replace(tzinfo=None)


def read_zone(raw: Raw, written_zone: str | None = None) -> str | None:
    """Return the IANA zone in which the event was made, None for one that nobody knows.

    A series tells its zone once more: that counts where the first name is one that only Exchange understands.
    """
    name = str(raw.get("originalStartTimeZone") or (raw.get("start") or {}).get("timeZone") or UTC_NAME)
    return kept_zone(name, known_zone(name) or recurrence_zone(raw.get("recurrence") or {}), written_zone)


def recurrence_zone(recurrence: Raw) -> str | None:
    """Return the IANA zone of a recurrence's dates; None where it tells none (as to guests), or one nobody knows."""
    return known_zone(str((recurrence.get("range") or {}).get("recurrenceTimeZone") or ""))


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
    zone = str(raw.get("timeZone") or UTC_NAME)
    known = known_zone(zone)
    if known == UTC_NAME:
        return moment
    if known is None:
        raise UnreadableTimeError(f"the time zone {zone} is unknown")
    return moment.replace(tzinfo=ZoneInfo(known)).astimezone(UTC)  # the answer ignores which zone it was asked for


def write_time(time: EventTime) -> dict[str, Any]:
    """Return `start`, `end` and `isAllDay`, which says what a switch leaves behind."""
    if isinstance(time, AllDay):
        days = {"start": time.start.isoformat(), "end": time.end.isoformat()}
        return {name: _wire(f"{day}T00:00:00", UTC_NAME) for name, day in days.items()} | {"isAllDay": True}
    moments = {"start": time.start, "end": time.end}
    return {name: _moment_on_wire(moment, time.timezone) for name, moment in moments.items()} | {"isAllDay": False}


def _moment_on_wire(moment: datetime, zone: str) -> dict[str, str]:
    name = _wire_zone_at(moment, zone)
    wall = moment.astimezone(ZoneInfo(zone if name != UTC_NAME else UTC_NAME)).replace(tzinfo=None)
    return _wire(wall.isoformat(timespec="seconds"), name)


def _wire_zone_at(moment: datetime, zone: str) -> str:
    """Return the zone by which Exchange takes a moment: of an hour that comes twice it would take the first."""
    return UTC_NAME if moment.astimezone(ZoneInfo(zone)).fold else wire_zone(zone)


def _wire(wall: str, zone: str) -> dict[str, str]:
    return {"dateTime": wall, "timeZone": zone}
