"""Times of RFC 5545 as Google's API writes them."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from sandbox.ics.zones import iana_zone

Component: TypeAlias = Any
"""A component or property of the icalendar library, whose typed unions hold every kind of property at once."""


def is_all_day(moment: date | datetime) -> bool:
    """Tell whether a moment is a plain date."""
    return not isinstance(moment, datetime)


def google_time(moment: date | datetime, zone: str) -> dict[str, str]:
    """Return `{date}` or `{dateTime, timeZone}`; `zone` is for floating times and zones that have no IANA twin."""
    if not isinstance(moment, datetime):
        return {"date": moment.isoformat()}
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    name = iana_zone(moment)
    if name is None:
        moment, name = moment.astimezone(ZoneInfo(zone)), zone
    return {"dateTime": moment.replace(tzinfo=ZoneInfo(name)).isoformat(timespec="seconds"), "timeZone": name}


def zone_of(moment: date | datetime) -> tzinfo | None:
    """Return the zone in which a moment is written; None for a date and for a floating time."""
    return moment.tzinfo if isinstance(moment, datetime) else None


def original_start(moment: date | datetime, zone: ZoneInfo) -> str:
    """Return the time part of the id that Google gives an occurrence: `YYYYMMDD` or `YYYYMMDDTHHMMSSZ`."""
    if not isinstance(moment, datetime):
        return f"{moment:%Y%m%d}"
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return f"{zoned.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def end_of(event: Component) -> date | datetime:
    """Return when an event ends.

    Without DTEND and DURATION a date lasts its day and an instant has no length (RFC 5545 §3.6.1). An all-day event
    whose end is its start lasts its day, too: exports of public holidays are written so.
    """
    start = event["DTSTART"].dt
    end = _given_end(event, start)
    return start + timedelta(days=1) if is_all_day(start) and end == start else end


def _given_end(event: Component, start: date | datetime) -> date | datetime:
    if "DTEND" in event and is_all_day(event["DTEND"].dt) == is_all_day(start):
        end: date | datetime = event["DTEND"].dt
        return end
    if "DURATION" in event:
        length: timedelta = event["DURATION"].dt
        return start + length
    return start


def wall(moment: date | datetime) -> datetime:
    """Return what the wall clock shows, without a zone; midnight for a date."""
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - a wall clock's time has no zone
    return moment.replace(tzinfo=None)


def many(value: Component) -> list[Component]:
    """Return a property that may stand never, once or often as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
