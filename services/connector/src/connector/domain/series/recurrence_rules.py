"""One RFC 5545 rule in the wall clock of its series: when it starts, up to a limit, by dateutil.

dateutil alone may search until the year 9999 for a rule that never matches (30 February), and walks every step from
DTSTART (FREQ=SECONDLY). Two bounds keep that short. A rule without COUNT begins near the window, a whole number of
its intervals after DTSTART. And the search happens in late twin years (same leap years and weekdays), where the end of
dateutil's calendar is near.
"""

import calendar
import re
from collections.abc import Iterator
from datetime import MAXYEAR, UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from chassis.errors import Rejected

_MAX_STEPS = 50_000
_LAST_TWIN = MAXYEAR - 1  # dateutil looks a week beyond the last year that it needs
_STEP = {
    "SECONDLY": timedelta(seconds=1),
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
    "DAILY": timedelta(days=1),
    "WEEKLY": timedelta(weeks=1),
}
_WALL = "%Y%m%dT%H%M%S"
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
# The values of RFC 5545 3.3.10: from, to, and whether they may be counted from the end.
_VALUES = {
    "COUNT": (1, None, False),
    "INTERVAL": (1, None, False),
    "BYSECOND": (0, 60, False),
    "BYMINUTE": (0, 59, False),
    "BYHOUR": (0, 23, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYMONTH": (1, 12, False),
    "BYSETPOS": (1, 366, True),
}


class UnexpandableRule(Rejected):
    """A recurrence that nobody can expand; the series is quarantined with `detail` as its reason (E3)."""

    def __init__(self, detail: str) -> None:
        super().__init__("unexpandable_rule", detail)


def rule_starts(rule: str, first: datetime, zone: ZoneInfo | None, after: datetime, before: datetime) -> list[datetime]:
    """Return the naive local starts in [after, before) of an RRULE's value, `first` being the local DTSTART.

    Without a zone the series is all-day. Raises UnexpandableRule.
    """
    parts = _parts(rule)
    _check_values(rule, parts)
    limit = min(before, _until(parts.pop("UNTIL", None), zone) or before)
    if limit < max(first, after):
        return []
    start = _near(first, after, parts)
    shift = _twin_shift(start.year, limit.year)
    twins = _between(_parse(parts, _moved(start, shift)), _moved(max(start, after), shift), _moved(limit, shift))
    return [one for one in (_moved(twin, -shift) for twin in twins) if one < before]


def ends_before(rule: str, first: datetime, zone: ZoneInfo | None) -> bool:
    """Whether UNTIL lies before the local DTSTART: the series has no occurrence. Raises UnexpandableRule."""
    until = _until(_parts(rule).get("UNTIL"), zone)
    return until is not None and until < first


def _check_values(rule: str, parts: dict[str, str]) -> None:
    """Raise UnexpandableRule for a number that no calendar can mean, such as COUNT=0."""
    for name, (least, most, from_end) in _VALUES.items():
        for text in parts.get(name, str(least)).split(","):
            number = int(text) if re.fullmatch(r"[+-]?\d{1,9}", text) else None
            value = abs(number) if number is not None and from_end else number
            if value is None or value < least or (most is not None and value > most):
                raise UnexpandableRule(f"RRULE:{rule[:100]} means nothing, because of {name}={text[:20]}")


def _parts(rule: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in rule.strip().upper().split(";") if part)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _until(text: str | None, zone: ZoneInfo | None) -> datetime | None:
    """Return UNTIL in the wall clock, inclusive: a bare date means that whole day, for an all-day series as well."""
    if text is None:
        return None
    found = _UNTIL.fullmatch(text)
    if not found:
        raise UnexpandableRule(f"UNTIL={text} is neither a date nor a time")
    day, clock, utc = found.groups()
    try:
        wall = datetime.strptime(f"{day}T{clock or '235959'}", _WALL)  # noqa: DTZ007 - a wall-clock time
    except ValueError as error:
        raise UnexpandableRule(f"UNTIL={text} does not exist") from error
    if zone is None:
        return wall.replace(hour=23, minute=59, second=59)
    return wall.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) if utc else wall


def _near(first: datetime, after: datetime, parts: dict[str, str]) -> datetime:
    """Return a start in phase with `first` that lies shortly before `after`; months and years are few, so not those."""
    step = _STEP.get(parts.get("FREQ", ""))
    if step is None or "COUNT" in parts:
        return first
    interval = int(parts.get("INTERVAL", "1"))
    # One step less, so that the week of `after` is there from its first day.
    skipped = (after - first) // (step * interval) - 1
    return first + step * interval * max(0, skipped)


def _parse(parts: dict[str, str], start: datetime) -> rrule:
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        parsed = rrulestr(text, dtstart=start, ignoretz=True)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnexpandableRule(f"RRULE:{text} cannot be read: {error}") from error
    if "BYEASTER" in parts or not isinstance(parsed, rrule):
        raise UnexpandableRule(f"RRULE:{text} is not of RFC 5545")
    return parsed


def _between(rule: rrule, after: datetime, limit: datetime) -> Iterator[datetime]:
    for step, one in enumerate(_to_the_end(rule)):
        if one > limit:
            return
        if step >= _MAX_STEPS:
            raise UnexpandableRule(f"more than {_MAX_STEPS} occurrences")
        if one >= after:
            yield one


def _to_the_end(rule: rrule) -> Iterator[datetime]:
    try:
        yield from rule
    except (ValueError, OverflowError):  # dateutil ran over the last day of the year 9999
        return


@lru_cache(maxsize=1024)
def _twin_shift(first: int, last: int) -> int:
    """Return the years to the latest years whose calendar is the same from `first` to the end of the search."""
    for shift in range(_LAST_TWIN - last, 0, -1):
        if all(_kind(year) == _kind(year + shift) for year in range(first, MAXYEAR - shift + 1)):
            return shift
    return 0


def _kind(year: int) -> tuple[bool, int]:
    return calendar.isleap(year), date(year, 1, 1).weekday()


def _moved(moment: datetime, years: int) -> datetime:
    return moment.replace(year=moment.year + years)
