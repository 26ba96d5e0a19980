"""What the operator's page shows of many connections, computed from values alone."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, get_args

from connector.entrypoints.http.pages.view import TONES, Tone
from connector.entrypoints.http.views import OverseenView
from contracts.connections import ConnectionStatus

WIDTH: Final = 720
TALLEST: Final = 90
_LEAST: Final = 3.0
"""One is to be seen beside a thousand."""
_NEEDING: Final[Sequence[ConnectionStatus]] = (
    "needs_reauth",
    "calendar_unavailable",
    "needs_confirmation",
    "throttled",
    "connecting",
    "catching_up",
)
"""What somebody has to look at, the most pressing first."""
_READ_WITHIN: Final = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60, 1440))
_RENEWED_WITHIN: Final = tuple(timedelta(hours=one) for one in (0, 1, 6, 24, 72))


@dataclass(frozen=True)
class Slice:
    """The connections of one status, as a part of a bar."""

    status: ConnectionStatus
    tone: Tone
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Column:
    """So many connections lie below `limit`, and not below the one before; None: all that are left."""

    limit: timedelta | None
    count: int
    height: float


@dataclass(frozen=True)
class Overview:
    """How all connections stand."""

    total: int
    slices: Sequence[Slice]
    needing: Sequence[OverseenView]
    reads: Sequence[Column]
    renewals: Sequence[Column]
    oldest: OverseenView | None
    now: datetime
    width: int = WIDTH
    tallest: int = TALLEST

    @property
    def overdue(self) -> int:
        """How many push subscriptions have ended."""
        return self.renewals[0].count

    @property
    def oldest_read_at(self) -> datetime | None:
        """When the oldest of the last proven reads was."""
        return read_at(self.oldest) if self.oldest else None


def read_at(one: OverseenView) -> datetime:
    """Return when a connection was read last; since when it exists, where it never was."""
    return one.last_read_at or one.created_at


def overview_of(connections: Sequence[OverseenView], now: datetime) -> Overview:
    """Return the overview; stopped connections count for nothing but their status."""
    running = [one for one in connections if one.status not in {"connecting", "stopping", "stopped"}]
    subscribed = [one.subscription_expires_at - now for one in running if one.subscription_expires_at]
    ages = [now - read_at(one) for one in running]
    return Overview(
        total=len(connections),
        slices=_slices(connections),
        needing=sorted((one for one in connections if one.status in _NEEDING), key=_pressing),
        reads=_columns(ages, _READ_WITHIN),
        renewals=_columns(subscribed, _RENEWED_WITHIN),
        oldest=min(running, key=read_at, default=None),
        now=now,
    )


def _pressing(one: OverseenView) -> tuple[int, datetime]:
    return _NEEDING.index(one.status), read_at(one)


def _slices(connections: Sequence[OverseenView]) -> Sequence[Slice]:
    counts = Counter(one.status for one in connections)
    found, x = [], 0.0
    for status in get_args(ConnectionStatus):
        if count := counts[status]:
            width = WIDTH * count / len(connections)
            found.append(Slice(status, TONES[status], count, round(x, 1), round(width, 1)))
            x += width
    return found


def _columns(values: Sequence[timedelta], limits: Sequence[timedelta]) -> Sequence[Column]:
    def within(value: timedelta) -> timedelta | None:
        return next((limit for limit in limits if value < limit), None)

    counts = Counter(map(within, values))
    height = _heights(max(counts.values(), default=0))
    return [Column(limit, counts[limit], height(counts[limit])) for limit in (*limits, None)]


def _heights(most: int) -> Callable[[int], float]:
    return lambda count: round(max(_LEAST, TALLEST * count / most), 1) if count else 0.0
