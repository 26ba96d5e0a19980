"""A week on a wall: seven local days of one zone, and where an activity stands among them (D6, L3)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from activity_store.domain.model import schedule
from activity_store.domain.model.activity import Activity
from activity_store.domain.model.errors import Fault, InvalidError
from activity_store.domain.model.schedule import DAY, Span

_DAYS = 7


@dataclass(frozen=True)
class Week:
    """Seven days from `first` on, where the clocks are those of `zone`."""

    first: date
    zone: str

    @classmethod
    def around(cls, day: date, *, first_weekday: int, zone: str) -> Self:
        """Return the week that holds a day; `first_weekday` counts from Monday, which is 0. Raises `InvalidError`."""
        try:
            first = day - DAY * ((day.weekday() - first_weekday) % _DAYS)
            week = cls(first, zone)
            _ = week.next, week.previous, week.span
        except OverflowError:
            raise InvalidError([Fault("due_date", "is out of range")]) from None
        return week

    @property
    def days(self) -> tuple[date, ...]:
        """The seven days."""
        return tuple(self.first + DAY * number for number in range(_DAYS))

    @property
    def last(self) -> date:
        """The last of the days."""
        return self.first + DAY * (_DAYS - 1)

    @property
    def next(self) -> date:
        """The first day of the week after it."""
        return self.first + DAY * _DAYS

    @property
    def previous(self) -> date:
        """The first day of the week before it."""
        return self.first - DAY * _DAYS

    @property
    def span(self) -> Span:
        """From its first midnight to its last: an hour less or more than seven days where the clocks change."""
        return Span(_midnight(self.first, self.zone), _midnight(self.next, self.zone))


@dataclass(frozen=True)
class Place:
    """When an activity takes place, by the clocks of a zone; `end` is exclusive, `last` is the last day it touches."""

    start: datetime
    end: datetime
    all_day: bool

    @property
    def first(self) -> date:
        """The day on which it starts."""
        return self.start.date()

    @property
    def last(self) -> date:
        """The last day that it touches."""
        return max(self.first, (self.end - timedelta(microseconds=1)).date())

    def on(self, day: date) -> bool:
        """Whether it touches a day."""
        return self.first <= day <= self.last


def place_of(activity: Activity, zone: str) -> Place | None:
    """Return where an activity stands; None where it is undated (D4).

    An all-day one keeps its dates whatever the zone: it is the whole of them, not the stretch between two instants.
    """
    wanted = activity.schedule
    if wanted.due_date is None:
        return None
    if wanted.due_time is None:
        start = datetime.combine(wanted.due_date, time())
        length = schedule.duration_of(wanted.duration) if wanted.duration else DAY
        return Place(start, start + length, all_day=True)
    span = schedule.span_of(wanted)
    return None if span is None else Place(_local(span.start, zone), _local(span.end, zone), all_day=False)


def instant_of(day: date, wall: time, zone: str, *, second: bool = False) -> datetime:
    """Return the moment, in UTC, at which a zone's clocks show a time on a day.

    The first of two where they show it twice, unless `second`; one they skip is read with the offset from before it
    (PEP 495, D6). Raises `InvalidError` beyond the calendar.
    """
    try:
        return datetime.combine(day, wall.replace(fold=int(second)), ZoneInfo(zone)).astimezone(UTC)
    except OverflowError:
        raise InvalidError([Fault("due_date", "is out of range")]) from None


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
