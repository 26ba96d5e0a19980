"""How much a connection carried, hour by hour: counts and delays alone, for its user's chart. No content."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Self

from pydantic import AwareDatetime, Field

from chassis.persistence.document import Document
from contracts.envelope import Value

KEPT = timedelta(hours=25)
_LONGEST_DELAY = 86400.0
"""Seconds; a provider's time of a change may be far off, and one such change is not to hide the others."""


class HourTraffic(Value):
    """What went in each direction within an hour: how many changes, and the sum of their delays in seconds."""

    inbound: int = 0
    inbound_seconds: float = 0.0
    outbound: int = 0
    outbound_seconds: float = 0.0

    def __add__(self, more: "HourTraffic") -> "HourTraffic":
        return HourTraffic(
            inbound=self.inbound + more.inbound,
            inbound_seconds=self.inbound_seconds + more.inbound_seconds,
            outbound=self.outbound + more.outbound,
            outbound_seconds=self.outbound_seconds + more.outbound_seconds,
        )


class Traffic(Document):
    """The hours of one connection, whose id it has; kept for little more than a day."""

    hours: dict[str, HourTraffic] = Field(default_factory=dict)
    expires_at: AwareDatetime

    def with_hours(self, more: Mapping[str, HourTraffic], now: datetime) -> Self:
        """Return the traffic with more of it, and without the hours that nobody looks at any more."""
        oldest = hour_of(now - KEPT)
        added = {hour: self.hours.get(hour, HourTraffic()) + news for hour, news in more.items()}
        kept = {hour: one for hour, one in (self.hours | added).items() if hour >= oldest}
        return self.model_copy(update={"hours": kept, "expires_at": now + KEPT})


def hour_of(at: datetime) -> str:
    """Return the name of an hour (UTC), by which hours sort."""
    return at.strftime("%Y-%m-%dT%H")


def inbound(delay: timedelta) -> HourTraffic:
    """Return one change that was read, so long after it was made."""
    return HourTraffic(inbound=1, inbound_seconds=_bounded(delay))


def outbound(delay: timedelta) -> HourTraffic:
    """Return one change that was written, so long after it was decided."""
    return HourTraffic(outbound=1, outbound_seconds=_bounded(delay))


def _bounded(delay: timedelta) -> float:
    return min(max(delay.total_seconds(), 0.0), _LONGEST_DELAY)
