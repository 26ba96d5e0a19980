"""Double bookings: busy activities of one owner that overlap in time (L3)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heappop, heappush

from activity_store.domain.model.activity import Activity


@dataclass(frozen=True)
class Overlap:
    """Two activities, the one that starts first first, and the stretch of time they share."""

    first: Activity
    second: Activity
    start: datetime
    end: datetime

    @property
    def position(self) -> tuple[datetime, str, str]:
        """Where the overlap stands in the order that `overlaps` gives."""
        return (self.start, self.second.activity_id, self.first.activity_id)


def takes_time(activity: Activity) -> bool:
    """Whether an activity can be double-booked: busy, dated and there."""
    return activity.busy and not activity.deleted and activity.starts_at is not None


def overlap_of(first: Activity, second: Activity) -> Overlap | None:
    """Return the time that two activities share; ends are exclusive, so back to back is no overlap."""
    if not (first.starts_at and first.ends_at and second.starts_at and second.ends_at):
        return None
    start, end = max(first.starts_at, second.starts_at), min(first.ends_at, second.ends_at)
    return Overlap(first, second, start, end) if start < end else None


def overlaps(activities: Iterable[Activity]) -> Iterator[Overlap]:
    """Yield every pair that overlaps, by the start of the overlap, then by ids: an order that paging can rely on."""
    dated = [activity for activity in activities if takes_time(activity)]
    running: list[Activity] = []
    for activity in sorted(dated, key=_by_start):
        running = [other for other in running if overlap_of(other, activity)]
        yield from (found for other in sorted(running, key=_by_id) if (found := overlap_of(other, activity)))
        running.append(activity)


def overlapping(activities: Iterable[Activity], *, most: int = 3) -> Mapping[str, tuple[Activity, ...]]:
    """Return, by id, each activity that overlaps with others, and at most a few of those.

    Unlike the pairs, this does not grow with the square of how many overlap.
    """
    found: dict[str, tuple[Activity, ...]] = {}
    running: list[tuple[datetime, str, Activity]] = []
    dated = [one for one in activities if takes_time(one) and overlap_of(one, one)]
    for activity in sorted(dated, key=_by_start):
        start, end = activity.starts_at, activity.ends_at
        while running and start and running[0][0] <= start:
            heappop(running)
        for _, _, other in running[:most]:
            found[other.id] = (*found.get(other.id, ()), activity)[:most]
            found[activity.id] = (*found.get(activity.id, ()), other)
        if end:
            heappush(running, (end, activity.id, activity))
    return found


def _by_start(activity: Activity) -> tuple[datetime, str]:
    return (activity.starts_at or datetime.max.replace(tzinfo=UTC), activity.activity_id)


def _by_id(activity: Activity) -> str:
    return activity.activity_id
