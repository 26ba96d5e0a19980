"""When a time zone changes its offset within a year, as rules that hold every year."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of the offset: `wall` is the clock's time just then, by the offset `before`; `to` holds from then on."""

    wall: datetime
    before: timedelta
    to: timedelta

    @property
    def occurrence(self) -> int:
        """Which of the month's weekdays it is; -1 for the last."""
        last = self.wall.day + 7 > monthrange(self.wall.year, self.wall.month)[1]
        return -1 if last else (self.wall.day - 1) // 7 + 1


@dataclass(frozen=True, slots=True)
class Rules:
    """A zone's standard offset, and its changes in a year: two, or none where there is no rule."""

    standard: timedelta
    turns: Sequence[Turn]


@lru_cache(maxsize=1024)
def rules_of(zone: str, year: int) -> Rules:
    """Return the rules of an IANA zone in a year."""
    own = ZoneInfo(zone)
    standard = min(_offset(own, datetime(year, month, 1, tzinfo=UTC)) for month in (1, 7))
    return Rules(standard, [_turn(own, at) for at in _changes(own, year)])


def _changes(zone: ZoneInfo, year: int) -> list[datetime]:
    first = datetime(year, 1, 1, tzinfo=UTC)
    days = [first + timedelta(days=number) for number in range(367)]
    turned = [one for one, after in pairwise(days) if _offset(zone, one) != _offset(zone, after)]
    return [_exactly(zone, day) for day in turned] if len(turned) == 2 else []


def _exactly(zone: ZoneInfo, day: datetime) -> datetime:
    """Return the hour after midnight UTC from which on the offset is another."""
    hours = (day + timedelta(hours=number) for number in range(1, 25))
    return next(one for one in hours if _offset(zone, one) != _offset(zone, day))


def _turn(zone: ZoneInfo, at: datetime) -> Turn:
    before = _offset(zone, at - timedelta(hours=1))
    return Turn((at + before).replace(tzinfo=None), before, _offset(zone, at))


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
