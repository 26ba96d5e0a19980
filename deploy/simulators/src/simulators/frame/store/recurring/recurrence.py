"""Recurrence patterns, in Graph's words: checked, completed, and expanded on the wall clock of the series' zone.

Where a month is too short Exchange takes its last day, while RFC 5545 leaves the month out.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from dateutil import rrule as rules

from simulators.frame.store import zones
from simulators.frame.store.errors import invalid_request
from simulators.frame.store.times import Moment

Json = dict[str, Any]

NO_DATE = "0001-01-01"
_DAYS = {
    name: getattr(rules, short)
    for name, short in (
        ("monday", "MO"),
        ("tuesday", "TU"),
        ("wednesday", "WE"),
        ("thursday", "TH"),
        ("friday", "FR"),
        ("saturday", "SA"),
        ("sunday", "SU"),
    )
}
_INDEXES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_WEEKS = list(_INDEXES)
_NEEDED = {
    "daily": (),
    "weekly": ("daysOfWeek",),
    "absoluteMonthly": ("dayOfMonth",),
    "relativeMonthly": ("daysOfWeek",),
    "absoluteYearly": ("dayOfMonth", "month"),
    "relativeYearly": ("daysOfWeek", "month"),
}
_RANGES = {"endDate": ("endDate",), "numbered": ("numberOfOccurrences",), "noEnd": ()}


def completed(given: Json, start: Moment) -> Json:
    """The recurrence as it is stored and shown: every field there; 400 for what makes no sense."""
    pattern, extent = given.get("pattern"), given.get("range")
    if not pattern or not extent:
        raise invalid_request("Recurrence needs a pattern and a range.")
    _need(pattern, _NEEDED.get(pattern.get("type")), "pattern")
    _need(extent, _RANGES.get(extent.get("type")), "range")
    full = {"pattern": _pattern(pattern), "range": _range(extent, start)}
    _check(full, start)
    return full


def _need(given: Json, names: tuple[str, ...] | None, part: str) -> None:
    if names is None:
        raise invalid_request(f"The recurrence {part} type '{given.get('type')}' is invalid.")
    missing = [name for name in names if not given.get(name)]
    if missing:
        raise invalid_request(f"The recurrence {part} lacks '{missing[0]}'.")


def _pattern(given: Json) -> Json:
    kind = given["type"]
    weekly, relative = kind == "weekly", kind.startswith("relative")
    return {
        "type": kind,
        "interval": given.get("interval") or 1,
        "month": given.get("month") or 0 if kind.endswith("Yearly") else 0,
        "dayOfMonth": given.get("dayOfMonth") or 0 if kind.startswith("absolute") else 0,
        "daysOfWeek": list(given.get("daysOfWeek") or ()) if weekly or relative else [],
        "firstDayOfWeek": given.get("firstDayOfWeek") or "sunday",
        "index": given.get("index") or "first" if relative else "first",
    }


def _range(given: Json, start: Moment) -> Json:
    kind = given["type"]
    return {
        "type": kind,
        "startDate": given.get("startDate") or start.local.date().isoformat(),
        "endDate": given["endDate"] if kind == "endDate" else NO_DATE,
        "recurrenceTimeZone": zones.windows(given.get("recurrenceTimeZone") or start.given),
        "numberOfOccurrences": given["numberOfOccurrences"] if kind == "numbered" else 0,
    }


def _check(full: Json, start: Moment) -> None:
    pattern, extent = full["pattern"], full["range"]
    first = start.local.date()
    if _date(extent["startDate"]) != first:
        raise invalid_request("The start date of the recurrence range must be the date of the event's start.")
    if extent["type"] == "endDate" and _date(extent["endDate"]) < first:
        raise invalid_request("The recurrence ends before it starts.")
    if not 1 <= pattern["interval"] <= 999 or not 0 <= pattern["dayOfMonth"] <= 31 or not 0 <= pattern["month"] <= 12:
        raise invalid_request("The recurrence pattern has a number out of range.")


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise invalid_request(f"'{text}' is no date.") from error


def first_day(full: Json, start: Moment) -> date:
    """The first day that the pattern has: Exchange moves a series to it."""
    days = days_of(full, start.local.date())
    found = next(iter(days), None)
    if found is None:
        raise invalid_request("The recurrence has no occurrence.")
    return found


def starts(
    full: Json, start: Moment, after: datetime | None = None, before: datetime | None = None
) -> Iterator[Moment]:
    """The original starts in order, those between the two instants (and a day about); both may be open."""
    clock = start.local.time()
    low = (after - timedelta(days=2)).date() if after else None
    for day in days_of(_lasting(full, start), start.local.date(), low):
        moment = start.at(datetime.combine(day, clock))
        if before is not None and moment.instant >= before + timedelta(days=1):
            return
        if _is_within(full, moment):
            yield moment


def at_day(start: Moment, day: str) -> Moment:
    """The series' clock time on a day of its zone."""
    return start.at(datetime.combine(date.fromisoformat(day), start.local.time()))


def has_day(full: Json, start: Moment, day: str) -> Moment | None:
    """The original start on that day, if the series has it."""
    wanted = date.fromisoformat(day)
    found = next(iter(days_of(_lasting(full, start), start.local.date(), wanted)), None)
    moment = at_day(start, day)
    return moment if found == wanted and _is_within(full, moment) else None


def _ends_elsewhere(full: Json, start: Moment) -> bool:
    """Whether the last day is one in another zone than the event's (recurrenceRange's reference)."""
    extent = full["range"]
    return bool(extent["type"] == "endDate" and extent["recurrenceTimeZone"] not in {"", start.given})


def _lasting(full: Json, start: Moment) -> Json:
    """The recurrence with a day more where its last one may reach into it."""
    if not _ends_elsewhere(full, start):
        return full
    last = _date(full["range"]["endDate"]) + timedelta(days=1)
    return full | {"range": full["range"] | {"endDate": last.isoformat()}}


def _is_within(full: Json, moment: Moment) -> bool:
    if not _ends_elsewhere(full, moment):
        return True
    extent = full["range"]
    zone = zones.zone(zones.iana(extent["recurrenceTimeZone"]))
    return moment.instant.astimezone(zone).date() <= _date(extent["endDate"])


def days_of(full: Json, first: date, low: date | None = None) -> Iterator[date]:
    """The days of the series from `low` on."""
    rule = _rule(_frozen(full), first)
    begin = datetime.combine(low, time.min) if low and low > first else None
    found = rule.xafter(begin, inc=True) if begin else iter(rule)
    return (moment.date() for moment in found)


def cut_before(full: Json, day: str) -> Json:
    """The recurrence that ends the day before: the first half of "this and following"."""
    last = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    return full | {"range": full["range"] | {"type": "endDate", "endDate": last, "numberOfOccurrences": 0}}


def rest_from(full: Json, day: str) -> Json:
    """The recurrence of the second half: a count keeps only what is left of it."""
    extent = full["range"]
    begin = date.fromisoformat(extent["startDate"])
    gone = sum(1 for one in days_of(full, begin) if one.isoformat() < day) if extent["type"] == "numbered" else 0
    left = extent["numberOfOccurrences"] - gone if gone else extent["numberOfOccurrences"]
    return full | {"range": extent | {"startDate": day, "numberOfOccurrences": left}}


def _frozen(full: Json) -> tuple[Any, ...]:
    pattern, extent = full["pattern"], full["range"]
    ending = (extent["type"], extent["endDate"], extent["numberOfOccurrences"])
    days = tuple(pattern["daysOfWeek"])
    numbers = (pattern["interval"], pattern["month"], pattern["dayOfMonth"])
    return pattern["type"], days, numbers, (pattern["firstDayOfWeek"], pattern["index"]), ending


@lru_cache(maxsize=4096)
def _rule(frozen: tuple[Any, ...], first: date) -> rules.rrule:
    kind, names, (interval, month, day), (week_start, index), (ending, until, count) = frozen
    days = [_DAYS[name] for name in names]
    given: Json = {"interval": interval, "wkst": _DAYS[week_start], "dtstart": datetime.combine(first, time.min)}
    if kind == "weekly" or kind.startswith("relative"):
        given["byweekday"] = days
    if kind.startswith("relative"):
        given["bysetpos"] = _INDEXES[index]
    if kind.startswith("absolute"):
        given |= {"bymonthday": list(range(min(day, 28), day + 1)), "bysetpos": -1}
    if kind.endswith("Yearly"):
        given["bymonth"] = month
    given |= {"until": datetime.fromisoformat(until)} if ending == "endDate" else {}
    given |= {"count": count} if ending == "numbered" else {}
    return rules.rrule(_frequency(kind), **given)


def _frequency(kind: str) -> Any:  # noqa: ANN401 - dateutil types it as a literal
    if kind.endswith("Yearly"):
        return rules.YEARLY
    return {"daily": rules.DAILY, "weekly": rules.WEEKLY}.get(kind, rules.MONTHLY)


def taken_along(full: Json, old: date, new: date) -> Json:
    """The recurrence of a series that is dragged to another day, as Outlook's own page changes it."""
    pattern, extent, by = full["pattern"], full["range"], new - old
    names = list(_DAYS)
    moved: Json = {"dayOfMonth": new.day} if pattern["dayOfMonth"] else {}
    moved |= {"month": new.month} if pattern["month"] else {}
    moved["daysOfWeek"] = [names[(names.index(day) + by.days) % 7] for day in pattern["daysOfWeek"]]
    if pattern["type"].startswith("relative"):
        moved["index"] = _WEEKS[min((new.day - 1) // 7, 4)]
    last = extent["endDate"]
    end = {"endDate": (date.fromisoformat(last) + by).isoformat()} if extent["type"] == "endDate" else {}
    return {"pattern": pattern | moved, "range": extent | end | {"startDate": new.isoformat()}}
