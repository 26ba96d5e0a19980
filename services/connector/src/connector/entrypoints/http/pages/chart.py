"""The last 24 hours as a picture and a table: how many changes went in each direction, and how long they took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connector.domain.model.traffic import HourTraffic, hour_of

HOURS = 24
WIDTH, HEIGHT = 720, 150
_LEFT, _MIDDLE, _TALLEST = 36, 75, 60
_STEP = (WIDTH - _LEFT) / HOURS
_NOTHING = HourTraffic()


@dataclass(frozen=True)
class Bar:
    """One hour: where its bars are, and what they say."""

    start: datetime
    x: float
    width: float
    inbound: int
    outbound: int
    inbound_height: float
    outbound_height: float
    inbound_delay: float | None
    outbound_delay: float | None


@dataclass(frozen=True)
class Chart:
    """The bars of a day, and what they come to."""

    bars: Sequence[Bar]
    most: int
    inbound: int
    outbound: int
    inbound_delay: float | None
    outbound_delay: float | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    middle: int = _MIDDLE

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened."""
        return not (self.inbound or self.outbound)


def chart_of(hours: Mapping[str, HourTraffic], now: datetime) -> Chart:
    """Return the chart of the 24 hours that end with the present one."""
    last = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    starts = [last - timedelta(hours=HOURS - 1 - number) for number in range(HOURS)]
    found = [hours.get(hour_of(start), _NOTHING) for start in starts]
    most = max(max(one.inbound, one.outbound) for one in found)
    total = sum(found, _NOTHING)
    return Chart(
        bars=[_bar(number, start, one, most) for number, (start, one) in enumerate(zip(starts, found, strict=True))],
        most=most,
        inbound=total.inbound,
        outbound=total.outbound,
        inbound_delay=_mean(total.inbound_seconds, total.inbound),
        outbound_delay=_mean(total.outbound_seconds, total.outbound),
    )


def _bar(number: int, start: datetime, traffic: HourTraffic, most: int) -> Bar:
    return Bar(
        start=start,
        x=round(_LEFT + number * _STEP + 3, 1),
        width=round(_STEP - 6, 1),
        inbound=traffic.inbound,
        outbound=traffic.outbound,
        inbound_height=_height(traffic.inbound, most),
        outbound_height=_height(traffic.outbound, most),
        inbound_delay=_mean(traffic.inbound_seconds, traffic.inbound),
        outbound_delay=_mean(traffic.outbound_seconds, traffic.outbound),
    )


def _height(count: int, most: int) -> float:
    """Return the height of a bar: one change is to be seen beside a thousand."""
    return round(max(3.0, _TALLEST * count / most), 1) if count else 0.0


def _mean(seconds: float, count: int) -> float | None:
    return seconds / count if count else None
