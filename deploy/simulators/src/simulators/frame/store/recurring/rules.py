"""Between RFC 5545's RRULE and Exchange's recurrence: a person's client says the one, the store keeps the other.

What Exchange cannot express (several rules, RDATE, hourly, BYSETPOS beside others) is refused, as Outlook does.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from simulators.frame.store import zones
from simulators.frame.store.errors import invalid_request
from simulators.frame.store.recurring.recurrence import NO_DATE
from simulators.frame.store.times import Moment

Json = dict[str, Any]

_NAMES = {
    "MO": "monday",
    "TU": "tuesday",
    "WE": "wednesday",
    "TH": "thursday",
    "FR": "friday",
    "SA": "saturday",
    "SU": "sunday",
}
_SHORT = {name: short for short, name in _NAMES.items()}
_INDEXES = {"1": "first", "2": "second", "3": "third", "4": "fourth", "-1": "last"}
_NUMBERS = {name: number for number, name in _INDEXES.items()}
_KNOWN = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"})


def to_store(lines: Sequence[str], start: Moment) -> tuple[Json, tuple[str, ...]]:
    """The recurrence, and the days without occurrence (EXDATE); 400 for what Exchange cannot keep."""
    rules = [line.partition(":")[2] for line in lines if line.upper().startswith("RRULE")]
    if len(rules) != 1 or any(not line.upper().startswith(("RRULE", "EXDATE")) for line in lines):
        raise invalid_request("Only one RRULE, with EXDATE, can be expressed.")
    parts = dict(part.split("=", 1) for part in rules[0].upper().split(";"))
    if not parts.keys() <= _KNOWN:
        raise invalid_request(f"The rule {rules[0]} cannot be expressed.")
    zone = zones.zone(start.zone)
    gone = [day for line in lines if line.upper().startswith("EXDATE") for day in _days(line, zone)]
    return {"pattern": _pattern(parts, start.local.date()), "range": _range(parts, start, zone)}, tuple(gone)


def _pattern(parts: dict[str, str], first: date) -> Json:
    kind = parts["FREQ"]
    pattern: Json = {"interval": int(parts.get("INTERVAL", "1"))}
    pattern |= {"firstDayOfWeek": _NAMES[parts.get("WKST", "MO")]}
    if kind == "DAILY" and not {"BYDAY", "BYMONTHDAY"} & parts.keys():
        return pattern | {"type": "daily"}
    if kind in {"DAILY", "WEEKLY"} and "BYMONTHDAY" not in parts:
        days = parts["BYDAY"].split(",") if "BYDAY" in parts else [list(_NAMES)[first.weekday()]]
        return pattern | {"type": "weekly", "daysOfWeek": [_named(day) for day in days]}
    if kind in {"MONTHLY", "YEARLY"}:
        return pattern | _by_month(parts, first, "Monthly" if kind == "MONTHLY" else "Yearly")
    raise invalid_request(f"The frequency {kind} cannot be expressed.")


def _by_month(parts: dict[str, str], first: date, kind: str) -> Json:
    month = {"month": int(parts.get("BYMONTH", first.month))} if kind == "Yearly" else {}
    if "BYDAY" not in parts:
        return {"type": f"absolute{kind}", "dayOfMonth": int(parts.get("BYMONTHDAY", first.day))} | month
    days = parts["BYDAY"].split(",")
    position = parts.get("BYSETPOS") or days[0][:-2].lstrip("+")
    if position not in _INDEXES or ("BYSETPOS" not in parts and len(days) > 1):
        raise invalid_request("This choice of weekdays cannot be expressed.")
    named = [_named(day[-2:]) for day in days]
    return {"type": f"relative{kind}", "daysOfWeek": named, "index": _INDEXES[position]} | month


def _named(day: str) -> str:
    if day not in _NAMES:
        raise invalid_request(f"The weekday {day} cannot be expressed here.")
    return _NAMES[day]


def _range(parts: dict[str, str], start: Moment, zone: ZoneInfo) -> Json:
    begin = {"startDate": start.local.date().isoformat(), "recurrenceTimeZone": start.given}
    if "COUNT" in parts:
        return begin | {"type": "numbered", "numberOfOccurrences": int(parts["COUNT"])}
    if "UNTIL" in parts:
        return begin | {"type": "endDate", "endDate": _day(parts["UNTIL"], zone)}
    return begin | {"type": "noEnd"}


def _days(line: str, zone: ZoneInfo) -> list[str]:
    return [_day(one, zone) for one in line.partition(":")[2].split(",")]


def _day(text: str, zone: ZoneInfo) -> str:
    """The local date of a date, a local time or a UTC instant."""
    if not text.endswith("Z"):
        return date.fromisoformat(text[:8]).isoformat()
    moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return moment.astimezone(zone).date().isoformat()


def to_lines(full: Json, start: Moment) -> list[str]:
    """The RRULE line of a stored recurrence."""
    pattern, extent = full["pattern"], full["range"]
    kind = pattern["type"]
    parts = [f"FREQ={_frequency(kind)}"]
    if pattern["interval"] != 1:
        parts.append(f"INTERVAL={pattern['interval']}")
    parts += _choices(pattern)
    if extent["type"] == "numbered":
        parts.append(f"COUNT={extent['numberOfOccurrences']}")
    elif extent["endDate"] != NO_DATE:
        parts.append(f"UNTIL={_until(extent['endDate'], start)}")
    return [f"RRULE:{';'.join(parts)}"]


def _frequency(kind: str) -> str:
    return kind.removeprefix("absolute").removeprefix("relative").upper()


def _choices(pattern: Json) -> list[str]:
    kind, days = pattern["type"], ",".join(_SHORT[day] for day in pattern["daysOfWeek"])
    found = [f"BYMONTH={pattern['month']}"] if kind.endswith("Yearly") else []
    if kind == "weekly":
        found.append(f"BYDAY={days}")
        # RFC 5545's week begins on Monday; where every week counts, it does not matter.
        week = _SHORT[pattern["firstDayOfWeek"]]
        found += [f"WKST={week}"] if week != "MO" and pattern["interval"] > 1 else []
    if kind.startswith("absolute"):
        found.append(f"BYMONTHDAY={pattern['dayOfMonth']}")
    if kind.startswith("relative"):
        found += [f"BYDAY={days}", f"BYSETPOS={_NUMBERS[pattern['index']]}"]
    return found


def _until(day: str, start: Moment) -> str:
    last = start.at(datetime.combine(date.fromisoformat(day), start.local.time()))
    return f"{last.instant:%Y%m%dT%H%M%SZ}"
