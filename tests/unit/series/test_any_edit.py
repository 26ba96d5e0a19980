"""E4 as a property: whatever is done to a series, in whatever order it is read, no activity is lost or doubled."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from hypothesis import event, given, settings
from hypothesis import strategies as st

from connector.adapters.providers.google.ids import instance_id, lineage
from connector.domain.provider.items import EventRemoved, Item, SeriesRead
from contracts.calendar_events import EventChanged, EventGone
from contracts.envelope import Message
from contracts.times import Timed
from tests.unit.series.pulled import Reader
from tests.unit.series.remembered import series

FIRST = datetime(2026, 3, 3, 12, tzinfo=UTC)
DAYS = timedelta(days=1)
Kind = Literal["split", "apart", "move", "rule", "shorten"]


@dataclass
class Part:
    """A series: its start, the days between two occurrences, and how many there are."""

    series_id: str
    start: datetime
    step: int
    count: int

    def read(self) -> Item:
        if self.count == 0:
            return EventRemoved(self.series_id)
        time = Timed(start=self.start, end=self.start + timedelta(hours=1), timezone="UTC")
        return series(self.series_id, time, f"RRULE:FREQ=DAILY;INTERVAL={self.step};COUNT={self.count}")

    def ids(self) -> set[str]:
        starts = (self.start + self.step * number * DAYS for number in range(self.count))
        return {instance_id(self.series_id, f"{one:%Y-%m-%dT%H:%M:%SZ}") for one in starts}


@dataclass
class Lineage:
    """A series with all that was split from it."""

    parts: list[Part] = field(default_factory=lambda: [Part("x", FIRST, 7, 6)])

    def act(self, kind: Kind, pick: int, amount: int) -> list[Item]:
        """Do something to one part; return what a read shows of it."""
        part = self.parts[pick % len(self.parts)]
        if kind in {"split", "apart"} and part.count > 1:
            return self._split(part, 1 + amount % (part.count - 1), apart=kind == "apart")
        if kind == "move":
            part.start += timedelta(hours=amount % 5, days=amount % 4)
        elif kind == "rule":
            part.step = 1 + amount % 7
        elif part.count > 1:
            part.count -= 1 + amount % (part.count - 1)
        return [part.read()]

    def _split(self, part: Part, at: int, *, apart: bool) -> list[Item]:
        """Split as Google's page does, or apart: as a client that ends one series and begins an unrelated one."""
        start = part.start + at * part.step * DAYS + timedelta(hours=1)
        new_id = f"n{len(self.parts)}" if apart else f"{lineage(part.series_id)}_R{start:%Y%m%dT%H%M%S}"
        rest = Part(new_id, start, part.step, part.count - at)
        if any(one.series_id == rest.series_id for one in self.parts):
            return [part.read()]
        part.count = at
        self.parts.append(rest)
        return [part.read(), rest.read()]

    def ids(self) -> set[str]:
        return {one for part in self.parts for one in part.ids()}


ACTS = st.lists(
    st.tuples(st.sampled_from(("split", "apart", "move", "rule", "shorten")), st.integers(0, 9), st.integers(0, 30)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60)
@given(ACTS, st.sampled_from((1, 2, 100)), st.sampled_from((1, -1)), st.booleans())
def test_e4_whatever_is_done_to_a_series_only_what_finds_no_pair_comes_or_goes(
    acts: list[tuple[Kind, int, int]], page_size: int, order: int, one_read_each: bool
) -> None:
    asyncio.run(_play(acts, page_size, order, one_read_each=one_read_each))


async def _play(acts: list[tuple[Kind, int, int]], page_size: int, order: int, *, one_read_each: bool) -> None:
    reader, line = Reader(), Lineage()
    reader.calendar.write(*(part.read() for part in line.parts))
    await reader.replay()
    reader.calendar.page_size, reader.calendar.order = page_size, order
    for act in acts:
        before = set(reader.held())
        reader.calendar.write(*line.act(*act))
        # Nobody knows a continuation that was changed again before it was read.
        if one_read_each or "apart" in {kind for kind, *_ in acts} or act is acts[-1]:
            told = await reader.pull()
            held = reader.held()
            assert sorted(held.values()) == sorted(line.ids()), held
            assert await reader.known() == line.ids()
            _check_net(before, held, told)
            event(f"{act[0]}: {len(before & set(held))} kept of {len(before)}")
    assert not await reader.pull("horizon"), "nothing is told twice"


def _check_net(before: set[str], held: dict[str, str], told: Sequence[Message]) -> None:
    gone = [one for one in told if isinstance(one, EventGone)]
    created = set(held) - before
    assert not (gone and created), "what went could have gone on as what came"
    assert len(before & set(held)) == min(len(before), len(held))
    replaced = [one.replaces for one in told if isinstance(one, EventChanged) and one.replaces]
    assert len(replaced) == len(set(replaced))


def test_the_parts_read_as_series() -> None:
    assert isinstance(Part("x", FIRST, 7, 6).read(), SeriesRead)
    assert len(Lineage().ids()) == 6
