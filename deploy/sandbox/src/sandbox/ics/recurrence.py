"""Recurrence lines (RFC 5545 §3.8.5), moved along with their event."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from icalendar.prop import vRecur

from sandbox.ics.shifting import shifted_in
from sandbox.ics.times import Component, many


def lines(event: Component, by: timedelta) -> list[str]:
    """Return the RRULE, EXRULE, RDATE and EXDATE lines of an event, as Google's `recurrence` holds them."""
    zone = getattr(event["DTSTART"].dt, "tzinfo", None)
    rules = [f"{name}:{_rule(rule, by, zone)}" for name in ("RRULE", "EXRULE") for rule in many(event.get(name))]
    dates = [_dates(name, [moment + by for moment in _moments(event.get(name))]) for name in ("RDATE", "EXDATE")]
    return rules + [line for line in dates if line]


def original_start(moment: date | datetime, zone: ZoneInfo) -> str:
    """Return the time part of the id that Google gives an occurrence: `YYYYMMDD` or `YYYYMMDDTHHMMSSZ`."""
    if not isinstance(moment, datetime):
        return f"{moment:%Y%m%d}"
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return f"{zoned.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _rule(rule: Component, by: timedelta, zone: tzinfo | None) -> str:
    moved = vRecur(rule)
    if "UNTIL" in moved:
        moved["UNTIL"] = [shifted_in(moment, by, zone) for moment in moved["UNTIL"]]
    text: bytes = moved.to_ical()  # type: ignore[no-untyped-call]  # the library's gap
    return text.decode()


def _moments(value: Component) -> Iterable[date | datetime]:
    for one in many(value):
        for entry in one.dts:
            # A period's start is where the occurrence begins.
            yield entry.dt[0] if isinstance(entry.dt, tuple) else entry.dt


def _dates(name: str, moments: list[date | datetime]) -> str | None:
    if not moments:
        return None
    if not isinstance(moments[0], datetime):
        return f"{name};VALUE=DATE:" + ",".join(f"{moment:%Y%m%d}" for moment in moments)
    zoned = [moment for moment in moments if isinstance(moment, datetime)]
    if zoned[0].tzinfo is None:
        return f"{name}:" + ",".join(f"{moment:%Y%m%dT%H%M%S}" for moment in zoned)
    return f"{name}:" + ",".join(f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}" for moment in zoned)
