"""What people do to a recurring event, and the occurrences that the CRM must show of it (E3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from tests.property.system.oracle import Value
from tests.property.system.reach import Reach
from tests.property.system.stage import Stage
from tests.support.stories import day

_LENGTH = 3


@dataclass
class Series:
    """A weekly series; `occurrences` has the title and the start of each, by the instance's id."""

    key: str
    master: str
    occurrences: dict[str, tuple[str, str]]


class SeriesPlay:
    """At most one series at a time."""

    def __init__(self, stage: Stage, reach: Reach, numbers: Iterator[int]) -> None:
        self._stage, self._reach, self._numbers = stage, reach, numbers
        self._series: Series | None = None

    def expected(self) -> list[tuple[Value, Value]]:
        """Return title and start of what the CRM must show."""
        return sorted(self._series.occurrences.values()) if self._series else []

    async def act(self, what: str, pick: int) -> None:
        """Create the series if there is none; else edit or cancel one of its occurrences, or delete all of it."""
        if self._series is None:
            self._series = await self._create()
            self._reach.note("series:create")
        elif what == "delete" or not self._series.occurrences:
            await self._stage.world.calendar.delete(self._series.master)
            self._series = None
            self._reach.note("series:delete")
        else:
            await self._occurrence(self._series, what, pick)
            self._reach.note(f"series:{what}")

    async def _create(self) -> Series:
        key = f"s{next(self._numbers)}"
        start = datetime.combine(day(3), time(16), tzinfo=UTC)
        times = {
            name: {"dateTime": at.isoformat(), "timeZone": "UTC"}
            for name, at in {"start": start, "end": start + timedelta(minutes=30)}.items()
        }
        rule = [f"RRULE:FREQ=WEEKLY;COUNT={_LENGTH}"]
        made = await self._stage.world.calendar.add(summary=f"{key}: series", recurrence=rule, **times)
        starts = [start + timedelta(weeks=week) for week in range(_LENGTH)]
        occurrences = {f"{made['id']}_{at:%Y%m%dT%H%M%SZ}": (f"{key}: series", at.isoformat()) for at in starts}
        return Series(key, made["id"], occurrences)

    async def _occurrence(self, series: Series, what: str, pick: int) -> None:
        instance = sorted(series.occurrences)[pick % len(series.occurrences)]
        _, start = series.occurrences.pop(instance)
        if what == "cancel":
            await self._stage.world.calendar.delete(instance)
            return
        title = f"{series.key}: {next(self._numbers)}"
        await self._stage.world.calendar.change(instance, summary=title)
        series.occurrences[instance] = (title, start)
