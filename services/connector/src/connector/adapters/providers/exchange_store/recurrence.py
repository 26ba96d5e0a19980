"""From Exchange's recurrence patterns to RFC 5545 rules (E3): as short as they can be said, so the same ones are equal.

Where a month has no such day, Exchange takes its last (MS-OXOCAL 2.2.1.44.1), while RFC 5545 would skip the month.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from contracts.times import AllDay, EventTime, Timed

Raw = Mapping[str, Any]
_DAYS = {
    "monday": "MO",
    "tuesday": "TU",
    "wednesday": "WE",
    "thursday": "TH",
    "friday": "FR",
    "saturday": "SA",
    "sunday": "SU",
}
_ORDER = list(_DAYS.values())
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_SHORTEST_MONTH = 28


class UnreadableRecurrenceError(ValueError):
    """A recurrence that RFC 5545 cannot say, or that nobody can make sense of; its words hold no content."""


def rule_lines(pattern: Raw, span: Raw, time_of_first: EventTime, zone: str | None) -> tuple[str, ...]:
    """Return the RRULE line of a master. Raises UnreadableRecurrenceError.

    `pattern` and `span` are a `recurrencePattern` and a `recurrenceRange` in Graph's words; `zone`: in which the range
    is meant, where that is told.
    """
    make = _PATTERNS.get(str(pattern.get("type")))
    if make is None:
        raise UnreadableRecurrenceError(f"a recurrence of the unknown type {str(pattern.get('type'))[:40]}")
    first = _first_day(time_of_first)
    parts = [*make(pattern, first), *_end(span, time_of_first, zone)]
    return ("RRULE:" + ";".join(parts),)


def _first_day(time_of_first: EventTime) -> date:
    if isinstance(time_of_first, AllDay):
        return time_of_first.start
    return time_of_first.start.astimezone(ZoneInfo(time_of_first.timezone)).date()


def _begin(frequency: str, pattern: Raw) -> list[str]:
    interval = _number(pattern, "interval", 1)
    return [f"FREQ={frequency}", *([f"INTERVAL={interval}"] if interval > 1 else [])]


def _daily(pattern: Raw, _: date) -> list[str]:
    return _begin("DAILY", pattern)


def _weekly(pattern: Raw, first: date) -> list[str]:
    parts, days = _begin("WEEKLY", pattern), _days(pattern)
    if days == [_ORDER[first.weekday()]]:
        return parts
    week = _DAYS.get(str(pattern.get("firstDayOfWeek") or "sunday").lower(), "SU")
    starts = [f"WKST={week}"] if len(parts) > 1 else []  # matters only where weeks are left out
    return [*parts, f"BYDAY={','.join(days)}", *starts]


def _monthly(pattern: Raw, first: date) -> list[str]:
    return [*_begin("MONTHLY", pattern), *_month_day(_number(pattern, "dayOfMonth"), first)]


def _month_day(day: int, first: date) -> list[str]:
    if day <= _SHORTEST_MONTH:
        return [] if day == first.day else [f"BYMONTHDAY={day}"]
    days = ",".join(str(one) for one in range(_SHORTEST_MONTH, day + 1))
    return [f"BYMONTHDAY={days}", "BYSETPOS=-1"]


def _monthly_by_weekday(pattern: Raw, _: date) -> list[str]:
    return [*_begin("MONTHLY", pattern), *_nth(pattern)]


def _yearly(pattern: Raw, first: date) -> list[str]:
    month, day = _number(pattern, "month"), _number(pattern, "dayOfMonth")
    parts = _begin("YEARLY", pattern)
    if day > _SHORTEST_MONTH:
        return [*parts, f"BYMONTH={month}", *_month_day(day, first)]
    return parts if (month, day) == (first.month, first.day) else [*parts, f"BYMONTH={month}", f"BYMONTHDAY={day}"]


def _yearly_by_weekday(pattern: Raw, _: date) -> list[str]:
    return [*_begin("YEARLY", pattern), f"BYMONTH={_number(pattern, 'month')}", *_nth(pattern)]


def _nth(pattern: Raw) -> list[str]:
    nth, days = _NTH.get(str(pattern.get("index") or "first").lower()), _days(pattern)
    if nth is None:
        raise UnreadableRecurrenceError(f"a recurrence on the unknown {str(pattern.get('index'))[:40]} day")
    return [f"BYDAY={nth}{days[0]}"] if len(days) == 1 else [f"BYDAY={','.join(days)}", f"BYSETPOS={nth}"]


_PATTERNS = {
    "daily": _daily,
    "weekly": _weekly,
    "absoluteMonthly": _monthly,
    "relativeMonthly": _monthly_by_weekday,
    "absoluteYearly": _yearly,
    "relativeYearly": _yearly_by_weekday,
}


def _days(pattern: Raw) -> list[str]:
    try:
        days = {_DAYS[str(one).lower()] for one in pattern.get("daysOfWeek") or ()}
    except KeyError as error:
        raise UnreadableRecurrenceError(f"a recurrence on the unknown weekday {str(error.args[0])[:40]}") from None
    if not days:
        raise UnreadableRecurrenceError("a recurrence on no weekday")
    return sorted(days, key=_ORDER.index)


def _number(raw: Raw, name: str, default: int = 0) -> int:
    given = raw.get(name)
    value = default if given is None else given
    if not isinstance(value, int) or value < 1:
        raise UnreadableRecurrenceError(f"a recurrence whose {name} is {str(given)[:20]}")
    return value


def _end(span: Raw, time_of_first: EventTime, zone: str | None) -> list[str]:
    match span.get("type"):
        case "noEnd":
            return []
        case "numbered":
            return [f"COUNT={_number(span, 'numberOfOccurrences')}"]
        case "endDate":
            return [f"UNTIL={_until(date.fromisoformat(str(span.get('endDate'))), time_of_first, zone)}"]
        case other:
            raise UnreadableRecurrenceError(f"a recurrence with the unknown end {str(other)[:40]}")


def _until(last: date, time_of_first: EventTime, zone: str | None) -> str:
    """Return the end of the last day: as a date for days, in UTC for times (RFC 5545 3.3.10).

    `zone`: what the day is meant in, where that is told; else the event's own (Microsoft's page on recurrenceRange).
    """
    if not isinstance(time_of_first, Timed):
        return f"{last:%Y%m%d}"
    end = datetime.combine(last, time(23, 59, 59), ZoneInfo(zone or time_of_first.timezone))
    return f"{end.astimezone(UTC):%Y%m%dT%H%M%SZ}"
