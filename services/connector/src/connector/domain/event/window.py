"""The span of time that a connection looks at: from the day before its last read to its horizon (D5)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contracts.times import EventTime, Timed


@dataclass(frozen=True)
class Window:
    """From the start of a day in the connection's zone to the horizon; both are instants in UTC."""

    start: datetime
    end: datetime
    zone: str

    def bounds(self, when: EventTime) -> tuple[datetime, datetime]:
        """Return an event's start and end as instants; days begin at midnight in the connection's zone (D6)."""
        if isinstance(when, Timed):
            return when.start.astimezone(UTC), when.end.astimezone(UTC)
        return midnight(when.start, self.zone), midnight(when.end, self.zone)

    def is_beyond(self, when: EventTime) -> bool:
        """Whether an event starts after the horizon."""
        return self.bounds(when)[0] > self.end


def midnight(day: date, zone: str) -> datetime:
    """Return the instant at which a day begins in a zone (PEP 495, fold 0)."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def window_at(now: datetime, zone: str, horizon_days: int, read_until: datetime | None = None) -> Window:
    """Return the window at a moment.

    It begins where the last read was: what came and went during an outage is not left out for that (D1, K4).
    """
    yesterday = min(now, read_until or now).astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    return Window(start=midnight(yesterday, zone), end=now + timedelta(days=horizon_days), zone=zone)
