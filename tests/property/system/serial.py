"""What people do to a recurring event, and the occurrences that the CRM must show of it (E3, E4, D2)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from sandbox.clients import Json
from tests.property.system.forms import not_kept, of_activity, on_calendar
from tests.property.system.oracle import Choices, Value
from tests.property.system.reach import Reach
from tests.property.system.stage import Stage

_LENGTH = 4
_HALF_AN_HOUR = timedelta(minutes=30)


@dataclass
class Occurrence:
    """One of a series that is not cancelled; `activity` is the one that shows it, once that was seen."""

    title: str
    start: datetime
    activity: str = ""

    @property
    def shown(self) -> tuple[Value, Value]:
        """Title and start, as the CRM shows them."""
        return self.title, self.start.isoformat()


@dataclass
class Segment:
    """A master with the original starts of its occurrences, by their number in the whole series."""

    master: str
    starts: dict[int, datetime]

    def instance(self, number: int) -> str:
        """Return the id of an occurrence."""
        return f"{self.master}_{self.starts[number]:%Y%m%dT%H%M%SZ}"


@dataclass
class Series:
    """A weekly series, split or whole."""

    key: str
    segments: list[Segment]
    occurrences: dict[int, Occurrence] = field(default_factory=dict)

    def segment_of(self, number: int) -> Segment:
        """Return the segment that an occurrence belongs to."""
        return next(one for one in self.segments if number in one.starts)


class SeriesPlay:
    """At most one series at a time; what was over when it was deleted stays in the CRM (D2), and what is kept (H1)."""

    def __init__(self, stage: Stage, reach: Reach, numbers: Iterator[int], choices: Choices) -> None:
        self._stage, self._reach, self._numbers, self._choices = stage, reach, numbers, choices
        self._series: Series | None = None
        self._history: list[Occurrence] = []
        self._kept: list[Occurrence] = []

    @property
    def _known(self) -> list[Occurrence]:
        return [*self._kept, *self._history, *(self._series.occurrences.values() if self._series else ())]

    @property
    def has_history(self) -> bool:
        """Whether some of what is not kept is over."""
        return len(self._ahead()) + len(self._kept) < len(self._known)

    def kept(self) -> list[tuple[Value, Value]]:
        """Return title and start of what is the CRM's own by now."""
        return sorted(one.shown for one in self._kept)

    def expected(self) -> list[tuple[Value, Value]]:
        """Return title and start of what the CRM must show."""
        return sorted(one.shown for one in self._known)

    def not_kept(self, activities: list[Json]) -> list[str]:
        """Say of which occurrences that are to be kept the link is not closed for good (H1)."""
        kept = self.kept()
        return [not_kept(one) for one in activities if shown(one) in kept]

    def seen(self, activities: list[Json]) -> None:
        """Check that every occurrence has the activity that it had before (E4)."""
        ids = {shown(one): one["id"] for one in activities}
        for one in self._known:
            assert one.activity in {"", ids[one.shown]}, f"{one} is another activity now: {ids[one.shown]}"
            one.activity = ids[one.shown]

    async def act(self, what: str, pick: int) -> None:
        """Do something to the series, or create it if there is none; what is over is left alone."""
        numbers = self._ahead()
        if self._series is None:
            self._series = await self._create()
            what = "create"
        elif what == "delete" or not numbers:
            await self._delete(self._series)
            what = "delete"
        else:
            what = await self._change(self._series, what, numbers[pick % len(numbers)])
        self._reach.note(f"series:{what}")

    def _ahead(self) -> list[int]:
        now = self._stage.clock.now()
        found = self._series.occurrences.items() if self._series else ()
        return sorted(number for number, one in found if one.start >= now)

    async def _create(self) -> Series:
        key = f"s{next(self._numbers)}"
        start = datetime.combine(self._stage.clock.today() + timedelta(days=3), time(4), tzinfo=UTC)
        rule = [f"RRULE:FREQ=WEEKLY;COUNT={_LENGTH}"]
        made = await self._stage.world.calendar.add(summary=f"{key}: series", recurrence=rule, **_times(start))
        starts = {week: start + timedelta(weeks=week) for week in range(_LENGTH)}
        occurrences = {week: Occurrence(f"{key}: series", at) for week, at in starts.items()}
        return Series(key, [Segment(made["id"], starts)], occurrences)

    async def _delete(self, series: Series) -> None:
        ahead = self._ahead()
        for segment in series.segments:
            await self._stage.world.calendar.delete(segment.master)
        self._history += [one for number, one in series.occurrences.items() if number not in ahead]
        self._leave([one for number, one in series.occurrences.items() if number in ahead])
        self._series = None

    async def _change(self, series: Series, what: str, number: int) -> str:
        """Change one occurrence, or this and the following; return what it came to: a first one begins no rest."""
        segment = series.segment_of(number)
        if what in {"split", "cut"} and number == min(segment.starts):
            what = "edit"
        work = {"edit": self._edit, "move": self._move, "cancel": self._cancel, "split": self._split, "cut": self._cut}
        await work[what](series, segment, number)
        return what

    async def _edit(self, series: Series, segment: Segment, number: int) -> None:
        one = series.occurrences[number]
        one.title = f"{series.key}: {next(self._numbers)}"
        await self._stage.world.calendar.change(segment.instance(number), summary=one.title)

    async def _move(self, series: Series, segment: Segment, number: int) -> None:
        one = series.occurrences[number]
        later = timedelta(days=next(self._numbers) % 2)
        one.start = segment.starts[number].replace(hour=3, minute=next(self._numbers) % 60) + later
        await self._stage.world.calendar.change(segment.instance(number), **_times(one.start))

    async def _cancel(self, series: Series, segment: Segment, number: int) -> None:
        self._leave([series.occurrences.pop(number)])
        await self._stage.world.calendar.delete(segment.instance(number))

    async def _split(self, series: Series, segment: Segment, number: int) -> None:
        """Let this and the following be another series, at another hour; its exceptions are forgotten."""
        title, later = f"{series.key}: {next(self._numbers)}", timedelta(minutes=next(self._numbers) % 400)
        # Never to an earlier hour: before the end of an UNTIL there would be room for one more.
        rest = {one: at.replace(hour=4, minute=0) + later for one, at in segment.starts.items() if one >= number}
        instance, times = segment.instance(number), _times(rest[number])
        made = await self._stage.world.calendar.change(instance, "following", summary=title, **times)
        self._end(segment, number)
        series.segments.append(Segment(made["id"], rest))
        for one, at in rest.items():
            before = series.occurrences.get(one)
            series.occurrences[one] = Occurrence(title, at, before.activity if before else "")

    async def _cut(self, series: Series, segment: Segment, number: int) -> None:
        """Delete this and the following."""
        await self._stage.world.calendar.delete(segment.instance(number), "following")
        cut = [one for one in segment.starts if one >= number and one in series.occurrences]
        self._leave([series.occurrences.pop(one) for one in cut])
        self._end(segment, number)

    def _leave(self, deleted: list[Occurrence]) -> None:
        if self._choices.on_event_deleted == "keep":
            self._kept += deleted

    @staticmethod
    def _end(segment: Segment, number: int) -> None:
        segment.starts = {one: at for one, at in segment.starts.items() if one < number}


def shown(activity: Json) -> tuple[Value, Value]:
    """Return title and start of an activity."""
    when = of_activity(activity)["time"]
    assert isinstance(when, tuple)
    return activity["subject"], when[0]


def _times(start: datetime) -> Json:
    return on_calendar(start.isoformat(), (start + _HALF_AN_HOUR).isoformat())
