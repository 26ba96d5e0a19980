"""When an activity takes place: instants from Pipedrive's date, time and duration fields (F1, F2, D6)."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from activity_store.domain.model.errors import Fault, InvalidError
from contracts.activities import Schedule

DAY = timedelta(days=1)
DEFAULT_TIMED = timedelta(minutes=30)
"""F2: what a timed activity without a duration takes; never stored."""

_DURATION = re.compile(r"(\d{2,5}):([0-5]\d)")


@dataclass(frozen=True)
class Span:
    """A stretch of time in UTC; the end is exclusive."""

    start: datetime
    end: datetime


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Whether a name is an IANA time zone we know."""
    return name in _zone_names()


def duration_of(text: str) -> timedelta:
    """Return the length that `HH:MM` (hours may pass 23) says."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise InvalidError([Fault("duration", "must be HH:MM")])
    return timedelta(hours=int(match[1]), minutes=int(match[2]))


def is_whole_days(duration: str | None) -> bool:
    """Whether a duration fits an all-day activity (F2); none does, since it means one day."""
    length = DAY if duration is None else duration_of(duration)
    return bool(length) and not length % DAY


def span_of(schedule: Schedule) -> Span | None:
    """Return when an activity takes place, None where it is undated (D4).

    All-day: from local midnight to local midnight in its zone; a midnight that DST skips or doubles is read with
    `fold=0` (PEP 495, D6). Raises `InvalidError` where that is beyond the calendar.
    """
    if schedule.due_date is None:
        return None
    try:
        return _timed(schedule, schedule.due_date) if schedule.due_time else _all_day(schedule, schedule.due_date)
    except OverflowError:
        raise InvalidError([Fault("due_date", "is out of range")]) from None


def _timed(schedule: Schedule, day: date) -> Span:
    start = datetime.combine(day, time.fromisoformat(schedule.due_time or "00:00"), UTC)
    length = duration_of(schedule.duration) if schedule.duration else DEFAULT_TIMED
    return Span(start, start + length)


def _all_day(schedule: Schedule, day: date) -> Span:
    length = duration_of(schedule.duration) if schedule.duration else DAY
    return Span(_midnight(day, schedule.timezone), _midnight(day + length, schedule.timezone))


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def local_date_of(schedule: Schedule) -> str | None:
    """Return the date on which an activity starts where its owner is: what list filters and the week page go by."""
    span = span_of(schedule)
    if span is None or schedule.due_date is None:
        return None
    if schedule.due_time is None:
        return schedule.due_date.isoformat()
    try:
        return span.start.astimezone(ZoneInfo(schedule.timezone)).date().isoformat()
    except OverflowError:
        raise InvalidError([Fault("due_date", "is out of range")]) from None


def time_on(day: date, schedule: Schedule, timezone: str) -> str | None:
    """Return the `due_time` (UTC) by which a schedule keeps its local time in a zone on another `due_date` (F8, D6).

    Both are in UTC, so the local date may be the one before or after. A wall clock that shows no such time on that UTC
    date, or shows it twice, gives the moment nearest to the same time in UTC.
    """
    if schedule.due_date is None or schedule.due_time is None or day == schedule.due_date:
        return schedule.due_time
    zone, unmoved = ZoneInfo(timezone), time.fromisoformat(schedule.due_time)
    try:
        local = datetime.combine(schedule.due_date, unmoved, UTC).astimezone(zone).time().replace(fold=0)
        nights = [datetime.combine(day + DAY * ahead, local, zone).astimezone(UTC) for ahead in (-1, 0, 1)]
    except OverflowError:
        return schedule.due_time
    same = datetime.combine(day, unmoved, UTC)
    kept = min((one for one in nights if one.date() == day), key=lambda one: abs(one - same), default=same)
    return f"{kept:%H:%M}"


def check(schedule: Schedule) -> None:
    """Raise `InvalidError` where date, time, duration and zone contradict each other (F2)."""
    faults = [*_zone_faults(schedule), *_time_faults(schedule), *_duration_faults(schedule)]
    if faults:
        raise InvalidError(faults)
    local_date_of(schedule)


def _zone_faults(schedule: Schedule) -> list[Fault]:
    return [] if is_zone(schedule.timezone) else [Fault("timezone", "is no IANA time zone")]


def _time_faults(schedule: Schedule) -> list[Fault]:
    without_date = schedule.due_time is not None and schedule.due_date is None
    return [Fault("due_date", "is needed where there is a due_time")] if without_date else []


def _duration_faults(schedule: Schedule) -> list[Fault]:
    if schedule.duration is not None:
        duration_of(schedule.duration)
    all_day = schedule.due_date is not None and schedule.due_time is None
    if all_day and not is_whole_days(schedule.duration):
        return [Fault("duration", "of an all-day activity must be a multiple of 24:00")]
    return []
