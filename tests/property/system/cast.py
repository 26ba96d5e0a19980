"""The items of one example, and waiting until both sides are what the oracle expects of them."""

from collections import Counter
from datetime import datetime
from itertools import count

from sandbox.clients import Json
from tests.property.system.bulk import Bulk
from tests.property.system.burst import Burst
from tests.property.system.look import Seen, look
from tests.property.system.meeting import MeetingPlay
from tests.property.system.oracle import Choices, Expected, Item, Side, absorb, expected, problem
from tests.property.system.private import PrivatePlay
from tests.property.system.reach import Reach
from tests.property.system.serial import SeriesPlay, shown
from tests.property.system.stage import Stage
from tests.property.system.team import TeamPlay
from tests.support.providers import FEATURES
from tests.support.waiting import wait_until

SLOTS = 4
CONVERGENCE = 90.0
FOREIGN = "x1"
"""The key of what nobody syncs."""


class Cast:
    """The items of one example, in a few slots, so that acts meet."""

    def __init__(self, stage: Stage, reach: Reach) -> None:
        self.stage, self.reach = stage, reach
        self.choices = Choices()
        self.slots: list[Item | None] = [None] * SLOTS
        self.leaving: list[Item] = []
        self.ids: dict[tuple[Side, str], str] = {}
        self.intact: dict[str, str] = {}
        self.unlinked: dict[str, Json] = {}
        self.beyond: set[str] = set()
        self.left: dict[str, Json] = {}
        self.sparse = False
        self.faults: Counter[str] = Counter()
        """The traps set since both sides settled last."""
        self.ticked: datetime | None = None
        self.numbers = count(1)
        self.series = SeriesPlay(stage, reach, self.numbers, self.choices)
        self.private = PrivatePlay(stage, reach, self.numbers, self.choices)
        self.meeting = MeetingPlay(stage, reach, self.numbers, self.choices)
        self.team = TeamPlay(stage, reach, self.numbers)
        self.bulk, self.braked = Bulk(stage, reach), False
        self.burst_of = Burst(stage)

    @property
    def items(self) -> list[Item]:
        """All items whose fate is not sealed."""
        return [item for item in self.slots if item] + self.leaving

    def choices_of(self, owner: str) -> Choices:
        """Return the settings of an owner's connection: the second user leaves his as they are."""
        return self.choices if owner == "7" else Choices()

    def problems(self, seen: Seen) -> list[str]:
        """Say where both sides are not what the oracle expects."""
        known = {item.key for item in self.items}
        wrong = [f"{key} is there twice" for key in seen.doubled]
        wrong += [f"{key} should not be there" for key in seen.crm.keys() - known]
        for owner, events in seen.calendars.items():
            own = {item.key for item in self.items if item.owner == owner} | (
                self.left.keys() if owner == "7" else set()
            )
            wrong += [f"{key} should not be in the calendar of {owner}" for key in events.keys() - own - {FOREIGN}]
        wrong += self.series.not_kept(seen.occurrences)
        wrong += [self._problem(item, seen) for item in self.items]
        wrong += self.private.problems(seen.private)
        wanted = self.series.expected()
        there = sorted(shown(one) for one in seen.occurrences)
        wrong += [f"occurrences {there}, not {wanted}"] if there != wanted else []
        return [one for one in wrong if one]

    def _problem(self, item: Item, seen: Seen) -> str:
        want = self._wanted(item)
        return problem(item, want, *seen.sides(item)) or (seen.not_kept(item) if want.alone else "")

    def _wanted(self, item: Item) -> Expected:
        return expected(item, self.choices_of(item.owner), self.stage.clock.now())

    async def settle(self) -> None:
        """Traps off; wait until both sides are what the oracle expects (Equal, One, Nothing lost)."""
        await self.stage.disarm()
        certain = all(self._wanted(item).certain for item in self.items)
        seen = await self._agreed()
        if not certain:
            await self.stage.resync()
            seen = await self._agreed()
        self._untouched(seen)
        self._absorb(seen)
        self.series.seen(seen.occurrences)
        self.private.seen(seen.private)
        self.reach.note("settled")

    async def rest(self) -> None:
        """Wait until all calendars were read since the clock was moved."""
        await wait_until(self._all_at_rest, awaited="all to be read", timeout=CONVERGENCE, every=0.1, longest=1.0)

    async def _all_at_rest(self) -> bool:
        for world in self.stage.everyone:
            self._at_rest(await self.stage.connection(world))
        return True

    async def _agreed(self) -> Seen:
        async def agree() -> Seen:
            await self.private.recognise()
            seen = await look(self.stage)
            wrong = [*self.problems(seen), *await self.meeting.problems(seen.meetings), *await self.team.problems()]
            assert not wrong, wrong
            await self._all_at_rest()
            return seen

        return await wait_until(
            agree, awaited="both sides to be as expected", timeout=CONVERGENCE, every=0.1, longest=1.0
        )

    def _at_rest(self, connection: Json) -> None:
        assert connection["status"] == "in_sync", connection
        assert self.ticked is None or datetime.fromisoformat(connection["last_read_at"]) > self.ticked, connection

    def _untouched(self, seen: Seen) -> None:
        own = seen.calendars["7"]
        for key, event in self.left.items():
            now = own.get(key, {})
            assert FEATURES.still(now) == FEATURES.still(event), f"{event} was not left alone, but is {now}"
        for key, event in own.items():
            if self.intact.get(key) == event["id"]:
                unmapped = {name: event.get(name) for name in FEATURES.unmapped}
                assert unmapped == FEATURES.unmapped, f"unmapped fields altered: {event}"
        if self.choices.direction == "one_way":
            for item in self.items:
                if item.key in self.unlinked and not item.linked and item.key in own:
                    now, then = own[item.key], self.unlinked[item.key]
                    assert FEATURES.still(now) == FEATURES.still(then), f"{item.key} was touched"

    def _absorb(self, seen: Seen) -> None:
        self.sparse, self.ticked = False, None
        self.faults.clear()
        for item in self.items:
            exists = self._absorbed(item, seen)
            self._forget(item) if not exists else self._recall(item, seen)

    def _absorbed(self, item: Item, seen: Seen) -> bool:
        over, kept, unlinked = item.over, item.kept, not item.linked
        exists = absorb(item, self.choices_of(item.owner), *seen.sides(item), self.stage.clock.now())
        if item.linked and not item.over and not item.begins(self.stage.clock.now()):
            self.reach.note("clock:under_way")
        if item.over and not over:
            self.reach.note("clock:over")
        if item.kept and not kept:
            self.reach.note(f"kept:{item.origin}")
        if item.linked and unlinked and item.key in self.beyond:
            self.reach.note("clock:came_in")
        return exists

    def _forget(self, item: Item) -> None:
        self.slots = [None if one is item else one for one in self.slots]
        self.leaving = [one for one in self.leaving if one is not item]

    def _recall(self, item: Item, seen: Seen) -> None:
        if item.linked:
            self.unlinked.pop(item.key, None)
        sides: tuple[tuple[Side, Json | None], ...] = (
            ("crm", seen.crm.get(item.key)),
            ("calendar", seen.event(item)),
        )
        for side, found in sides:
            self.ids.pop((side, item.key), None)
            if found:
                self.ids[side, item.key] = found["id"]
