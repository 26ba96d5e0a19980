"""One example as it is played: what people do, what the oracle notes of it, and waiting until both agree."""

from datetime import datetime, timedelta
from itertools import count

from sandbox.clients import Json
from tests.property.system.forms import lasting, of_event, slot_time
from tests.property.system.look import Seen, look
from tests.property.system.oracle import (
    HORIZON,
    Choices,
    Content,
    Edit,
    Expected,
    Item,
    Side,
    Value,
    absorb,
    comes_in,
    expected,
    problem,
)
from tests.property.system.reach import Reach
from tests.property.system.serial import SeriesPlay, shown
from tests.property.system.stage import UNMAPPED, Stage
from tests.support.waiting import wait_until

SLOTS = 4
CONVERGENCE = 60.0
FIELDS = ("title", "location", "description", "busy", "time")


class Play:
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
        self.sparse = False
        self._ticked: datetime | None = None
        self._numbers = count(1)
        self.series = SeriesPlay(stage, reach, self._numbers)

    @property
    def items(self) -> list[Item]:
        """All items whose fate is not sealed."""
        return [item for item in self.slots if item] + self.leaving

    def _content(self, key: str, *, beyond: bool) -> Content:
        number = next(self._numbers)
        texts: Content = {name: f"{name} {number}" for name in ("location", "description")}
        start = self.stage.clock.now().replace(hour=2, minute=0, second=0, microsecond=0) + HORIZON + timedelta(days=2)
        when = lasting(start + timedelta(minutes=number)) if beyond else self._time(number, all_day=number % 5 == 0)
        return texts | {"title": f"{key}: {number}", "busy": True, "time": when}

    def _time(self, number: int, *, all_day: bool) -> tuple[str, str]:
        return slot_time(number, self.stage.clock.today(), all_day=all_day)

    async def create(self, slot: int, side: Side, kind: str = "call", *, beyond: bool = False) -> Item:
        """Create an item on a side, in a slot; `beyond` the window's end, which comes nearer by the clock (D5)."""
        if (former := self.slots[slot]) is not None:
            self.leaving.append(former)
        key = f"i{next(self._numbers)}"
        item = Item(key, side, kind if side == "crm" else self.choices.inbound_type, self._content(key, beyond=beyond))
        if side == "crm":
            made = await self.stage.create_activity(kind, item.agreed)
        else:
            made = await self.stage.create_event(item.agreed)
            self.intact[key], self.unlinked[key] = made["id"], made
        self.ids[side, key] = made["id"]
        self.slots[slot] = item
        self.beyond |= {key} if beyond else set()
        self.reach.note(f"act:{side}_create" + ("_beyond" if beyond else ""))
        return item

    async def act(self, slot: int, side: Side, what: str, name: str) -> None:
        """Edit a field or delete, on a side; an empty slot gets an item instead."""
        item = self.slots[slot]
        if item is not None and not self._ahead(item):
            await self._aged()
            item = self.slots[slot]
        if item is None or item.doomed or (item.over and what == "delete"):
            await self.create(slot, side)
        elif not self._reachable(item, side) or (what == "delete" and self._waits(item, side)):
            self.reach.note("act:out_of_reach")
        else:
            await self.meet(item, side)
            await self.change(item, side, what, name)

    async def change(self, item: Item, side: Side, what: str, name: str) -> None:
        """Edit or delete on a side that has the item."""
        self.reach.note(f"act:{side}_{what}")
        if what == "delete":
            await self._delete(item, side)
        else:
            await self._edit(item, side, name, self._value(item, name))

    async def _edit(self, item: Item, side: Side, name: str, value: Value) -> None:
        crm, known = side == "crm", self.ids[side, item.key]
        at = await (self.stage.edit_activity if crm else self.stage.edit_event)(known, name, value)
        if at is None:
            self.reach.note("act:refused")
            return
        item.edited(side, name, Edit(value, at))
        if not crm and item.key in self.unlinked:
            self.unlinked[item.key] = await self.stage.raw(known)

    async def _delete(self, item: Item, side: Side) -> None:
        known = self.ids[side, item.key]
        at = await (self.stage.delete_activity if side == "crm" else self.stage.delete_event)(known)
        self.intact.pop(item.key, None)
        if at is None:
            self.reach.note("act:refused")
            return
        item.deleted(side, at, vague=self.sparse)

    def _value(self, item: Item, name: str) -> Value:
        number = next(self._numbers)
        if name == "busy":
            return not item.agreed["busy"]
        if name == "time":
            return self._time(number, all_day=number % 3 == 0)
        return f"{item.key}: {number}" if name == "title" else f"{name} {number}"

    def _ahead(self, item: Item) -> bool:
        return item.ahead(self.stage.clock.now())

    def _reachable(self, item: Item, side: Side) -> bool:
        if item.over:
            return item.there[side]
        if side == item.origin:
            return True
        if side == "crm":
            coming = self.choices.direction == "two_way" and comes_in(item, self.stage.clock.now()) == "yes"
            return item.linked or coming
        return item.type in self.choices.outbound_types

    def _waits(self, item: Item, side: Side) -> bool:
        # Whether a deletion waits as edits do, C6 leaves open: the machine does not ask.
        return side == "crm" and item.origin == "calendar" and item.type not in self.choices.outbound_types

    async def meet(self, item: Item, side: Side) -> None:
        """Wait until an item is on a side, so that people there can do something to it."""
        if (side, item.key) in self.ids:
            return

        async def there() -> bool:
            seen = await look(self.stage)
            found = (seen.crm if side == "crm" else seen.calendar).get(item.key)
            if found:
                self.ids[side, item.key] = found["id"]
            return bool(found)

        await wait_until(there, awaited=f"{item.key} to reach the {side}", timeout=CONVERGENCE, every=0.1)

    async def race(
        self, slot: int, ours: str, theirs: str, fields: tuple[str, str], trap: str, *, crm_first: bool
    ) -> None:
        """Act on both sides of one synced item before either knows, with the push in a trap."""
        item = self.slots[slot]
        asleep = self.choices.direction == "one_way" or item is None or not (self._sends(item) and self._ahead(item))
        if item is None or item.doomed or asleep or not self._reachable(item, "crm"):
            item = await self.create(slot, "crm")
        await self.settle()
        if self.slots[slot] is not item or not self._sends(item):
            return
        self.reach.note(f"race:{ours}/{theirs}")
        await self.arm(trap, 2)
        acts: list[tuple[Side, str, str]] = [("crm", ours, fields[0]), ("calendar", theirs, fields[1])]
        for side, what, name in acts if crm_first else reversed(acts):
            await self.change(item, side, what, name)

    def _sends(self, item: Item) -> bool:
        return item.type in self.choices.outbound_types

    async def copy(self, slot: int, target: int) -> None:
        """Copy an event with its hidden properties into an empty slot (K3)."""
        item = self.slots[slot]
        if item is None or item.doomed or slot == target or not self._ahead(item):
            return
        if not self._reachable(item, "calendar"):
            return
        await self.meet(item, "calendar")
        if (former := self.slots[target]) is not None:
            self.leaving.append(former)
        key = f"i{next(self._numbers)}"
        made = await self.stage.copy_event(self.ids["calendar", item.key], f"{key}: copy")
        self.slots[target] = Item(key, "calendar", self.choices.inbound_type, of_event(made))
        self.ids["calendar", key], self.unlinked[key] = made["id"], made
        self.reach.note("act:calendar_copy")

    async def choose(self, name: str, value: object) -> None:
        """Change a setting, with both sides settled before and after; the inbound type exists in two-way alone (C2)."""
        wanted = tuple(value) if isinstance(value, list) else value
        if wanted == getattr(self.choices, name) or (name == "inbound_type" and self.choices.direction == "one_way"):
            return
        await self.settle()
        await self.stage.world.sales.settings(self.stage.world.connection_id, **{name: value})
        setattr(self.choices, name, wanted)
        self.reach.note(f"setting:{name}")
        await self.settle()

    async def tick(self, days: int) -> None:
        """Let days pass at once: the window rolls on (D5), and some items are over (D2)."""
        self.stage.clock.forward(timedelta(days=days))
        self._ticked = self.stage.clock.now()
        self.reach.note("clock:forward")

    async def _aged(self) -> None:
        if self._ticked:  # what is over by now has to be known before people go on
            await self.settle()

    async def serial(self, what: str, pick: int) -> None:
        """Do something to the series."""
        await self._aged()
        await self.series.act(what, pick)

    async def arm(self, trap: str, times: int) -> None:
        """Set a trap; a deletion told without its time leaves the oracle in doubt until the next settling."""
        await self.stage.arm(trap, times)
        self.sparse = self.sparse or trap == "tombstone.sparse"

    def problems(self, seen: Seen) -> list[str]:
        """Say where both sides are not what the oracle expects."""
        known = {item.key for item in self.items}
        wrong = [f"{key} is there twice" for key in seen.doubled]
        wrong += [f"{key} should not be there" for key in seen.crm.keys() - known]
        wrong += [problem(item, self._wanted(item), *seen.sides(item)) for item in self.items]
        wanted = self.series.expected()
        there = sorted(shown(one) for one in seen.occurrences)
        wrong += [f"occurrences {there}, not {wanted}"] if there != wanted else []
        return [one for one in wrong if one]

    def _wanted(self, item: Item) -> Expected:
        return expected(item, self.choices, self.stage.clock.now())

    async def settle(self) -> None:
        """Traps off; wait until both sides are what the oracle expects (Equal, One, Nothing lost)."""
        await self.stage.disarm()
        certain = all(self._wanted(item).certain for item in self.items)
        seen = await self._agreed()
        if not certain:
            await self.stage.resync()
            seen = await self._agreed()
        await self._untouched(seen)
        self._absorb(seen)
        self.series.seen(seen.occurrences)
        self.reach.note("settled")

    async def _agreed(self) -> Seen:
        async def agree() -> Seen:
            seen = await look(self.stage)
            wrong = self.problems(seen)
            assert not wrong, wrong
            connection = await self.stage.world.sales.connection(self.stage.world.connection_id)
            assert connection["status"] == "in_sync", connection
            assert self._ticked is None or datetime.fromisoformat(connection["last_read_at"]) > self._ticked, connection
            return seen

        return await wait_until(agree, awaited="both sides to be as expected", timeout=CONVERGENCE, every=0.1)

    async def _untouched(self, seen: Seen) -> None:
        for key, event in seen.calendar.items():
            if self.intact.get(key) == event["id"]:
                assert {name: event.get(name) for name in UNMAPPED} == UNMAPPED, f"unmapped fields altered: {event}"
        if self.choices.direction == "one_way":
            for item in self.items:
                if item.key in self.unlinked and not item.linked and item.key in seen.calendar:
                    assert seen.calendar[item.key] == self.unlinked[item.key], f"{item.key} was touched"

    def _absorb(self, seen: Seen) -> None:
        self.sparse, self._ticked = False, None
        for item in self.items:
            exists = self._absorbed(item, seen)
            self._forget(item) if not exists else self._recall(item, seen)

    def _absorbed(self, item: Item, seen: Seen) -> bool:
        over, unlinked = item.over, not item.linked
        exists = absorb(item, self.choices, *seen.sides(item), self.stage.clock.now())
        if item.over and not over:
            self.reach.note("clock:over")
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
            ("calendar", seen.calendar.get(item.key)),
        )
        for side, found in sides:
            self.ids.pop((side, item.key), None)
            if found:
                self.ids[side, item.key] = found["id"]
