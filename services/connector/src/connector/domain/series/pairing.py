"""Which new occurrence goes on with which old one, when a series is moved, split or re-ruled (E4). Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from contracts.times import AllDay, EventTime


@dataclass(frozen=True, order=True)
class Place:
    """Where a rule put an occurrence: on which local day, and at which instant (a plain day: its midnight in UTC)."""

    day: date
    at: datetime
    event_id: str


def place_of(event_id: str, original_start: str, series_time: EventTime) -> Place:
    """Return the place of an occurrence; its day is meant in the zone of its series (D6)."""
    if "T" not in original_start:
        day = date.fromisoformat(original_start)
        return Place(day, datetime.combine(day, time(), UTC), event_id)
    at = datetime.fromisoformat(original_start)
    zone = UTC if isinstance(series_time, AllDay) else ZoneInfo(series_time.timezone)
    return Place(at.astimezone(zone).date(), at, event_id)


def pair(old: Iterable[Place], new: Iterable[Place]) -> dict[str, str]:
    """Return for new event ids the old one that each goes on with.

    All are of one lineage. First those of the same local day find each other, then the rest in their order.
    """
    by_day: dict[date, list[Place]] = defaultdict(list)
    for place in sorted(old):
        by_day[place.day].append(place)
    pairs: dict[str, str] = {}
    left: list[Place] = []
    for place in sorted(new):
        same_day = by_day[place.day]
        if same_day:
            pairs[place.event_id] = same_day.pop(0).event_id
        else:
            left.append(place)
    rest = sorted(place for places in by_day.values() for place in places)
    return pairs | {fresh.event_id: former.event_id for fresh, former in zip(left, rest, strict=False)}
