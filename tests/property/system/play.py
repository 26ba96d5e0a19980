"""One example as it is played: what people do, what the oracle notes of it, and waiting until both agree."""

from dataclasses import dataclass
from itertools import count

from sandbox.clients import Json
from tests.property.system.oracle import (
    Choices,
    Content,
    Edit,
    Item,
    Side,
    Value,
    absorb,
    expected,
    problem,
)
from tests.property.system.reach import Reach
from tests.property.system.serial import SeriesPlay
from tests.property.system.stage import UNMAPPED, Stage, of_activity, of_event, slot_time
from tests.support.waiting import wait_until

SLOTS = 4
CONVERGENCE = 60.0
FIELDS = ("title", "location", "description", "busy", "time")


@dataclass
class Seen:
    """Both sides by the key in each item's title, the series' activities apart."""

    crm: dict[str, Json]
    calendar: dict[str, Json]
    occurrences: list[tuple[Value, Value]]
    doubled: list[str]


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
        self.sparse = False
        self._numbers = count(1)
        self.series = SeriesPlay(stage, reach, self._numbers)

    @property
    def items(self) -> list[Item]:
        """All items whose fate is not sealed."""
        return [item for item in self.slots if item] + self.leaving

    def _content(self, key: str) -> Content:
        number = next(self._numbers)
        texts: Content = {name: f"{name} {number}" for name in ("location", "description")}
        return texts | {"title": f"{key}: {number}", "busy": True, "time": slot_time(number, all_day=number % 5 == 0)}

    async def create(self, slot: int, side: Side, kind: str = "call") -> Item:
        """Create an item on a side, in a slot."""
        if (former := self.slots[slot]) is not None:
            self.leaving.append(former)
        key = f"i{next(self._numbers)}"
        item = Item(key, side, kind if side == "crm" else self.choices.inbound_type, self._content(key))
        if side == "crm":
            made = await self.stage.create_activity(kind, item.agreed)
        else:
            made = await self.stage.create_event(item.agreed)
            self.intact[key], self.unlinked[key] = made["id"], made
        self.ids[side, key] = made["id"]
        self.slots[slot] = item
        self.reach.note(f"act:{side}_create")
        return item

    async def act(self, slot: int, side: Side, what: str, name: str) -> None:
        """Edit a field or delete, on a side; an empty slot gets an item instead."""
        item = self.slots[slot]
        if item is None or item.doomed:
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
            return slot_time(number, all_day=number % 3 == 0)
        return f"{item.key}: {number}" if name == "title" else f"{name} {number}"

    def _reachable(self, item: Item, side: Side) -> bool:
        if side == item.origin:
            return True
        if side == "crm":
            return item.linked or self.choices.direction == "two_way"
        return item.type in self.choices.outbound_types

    def _waits(self, item: Item, side: Side) -> bool:
        # Whether a deletion waits as edits do, C6 leaves open: the machine does not ask.
        return side == "crm" and item.origin == "calendar" and item.type not in self.choices.outbound_types

    async def meet(self, item: Item, side: Side) -> None:
        """Wait until an item is on a side, so that people there can do something to it."""
        if (side, item.key) in self.ids:
            return

        async def there() -> bool:
            seen = await self.look()
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
        if item is None or item.doomed or self.choices.direction == "one_way" or not self._sends(item):
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
        if item is None or item.doomed or slot == target or not self._reachable(item, "calendar"):
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

    async def arm(self, trap: str, times: int) -> None:
        """Set a trap; a deletion told without its time leaves the oracle in doubt until the next settling."""
        await self.stage.arm(trap, times)
        self.sparse = self.sparse or trap == "tombstone.sparse"

    async def look(self) -> Seen:
        """Return both sides as they are."""
        activities = await self.stage.world.sales.activities(owner_id="7")
        events = [row for row in await self.stage.world.calendar.events() if "recurringEventId" not in row]
        single = [one for one in activities if not one["recurring"]]
        crm = {_key(one["subject"]): one for one in single}
        calendar = {_key(one["summary"]): one for one in events if not one["summary"].startswith("s")}
        titles = [_key(one["subject"]) for one in single]
        names = [_key(one["summary"]) for one in events]
        doubled = [key for keys in (titles, names) for key in set(keys) if keys.count(key) > 1]
        series = [(one["subject"], of_activity(one)["time"][0]) for one in activities if one["recurring"]]  # type: ignore[index]
        return Seen(crm, calendar, sorted(series), doubled)

    def problems(self, seen: Seen) -> list[str]:
        """Say where both sides are not what the oracle expects."""
        known = {item.key for item in self.items}
        wrong = [f"{key} is there twice" for key in seen.doubled]
        wrong += [f"{key} should not be there" for key in seen.crm.keys() - known]
        wrong += [problem(item, self.choices, *self._sides(item, seen)) for item in self.items]
        wanted = self.series.expected()
        wrong += [f"occurrences {seen.occurrences}, not {wanted}"] if seen.occurrences != wanted else []
        return [one for one in wrong if one]

    @staticmethod
    def _sides(item: Item, seen: Seen) -> tuple[Content | None, Content | None]:
        activity, event = seen.crm.get(item.key), seen.calendar.get(item.key)
        return of_activity(activity) if activity else None, of_event(event) if event else None

    async def settle(self) -> None:
        """Traps off; wait until both sides are what the oracle expects (Equal, One, Nothing lost)."""
        await self.stage.disarm()
        certain = all(expected(item, self.choices).certain for item in self.items)
        seen = await self._agreed()
        if not certain:
            await self.stage.resync()
            seen = await self._agreed()
        await self._untouched(seen)
        self._absorb(seen)
        self.reach.note("settled")

    async def _agreed(self) -> Seen:
        async def agree() -> Seen:
            seen = await self.look()
            wrong = self.problems(seen)
            assert not wrong, wrong
            connection = await self.stage.world.sales.connection(self.stage.world.connection_id)
            assert connection["status"] == "in_sync", connection
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
        self.sparse = False
        for item in self.items:
            exists = absorb(item, self.choices, *self._sides(item, seen))
            self._forget(item) if not exists else self._recall(item, seen)

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


def _key(title: str) -> str:
    return title.partition(":")[0]
