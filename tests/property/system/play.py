"""One example as it is played: what people do, and what the oracle notes of it."""

from datetime import timedelta
from typing import Literal

from tests.property.system.cast import CONVERGENCE, Cast
from tests.property.system.forms import lasting, of_event, slot_time
from tests.property.system.look import look
from tests.property.system.oracle import HORIZON, Content, Edit, Item, Side, Value, comes_in
from tests.property.system.team import User
from tests.support.providers import FEATURES
from tests.support.waiting import wait_until

FIELDS = ("title", "location", "description", "busy", "time")
_REFUSALS = 4
"""So many failed calls are borne in a row: after five, the next try comes a minute later."""


class Play(Cast):
    """What people do, one after the other."""

    def _content(self, key: str, *, beyond: bool) -> Content:
        number = next(self.numbers)
        texts: Content = {"location": f"location {number}", "description": f"if {number} < 9 then\n<call> & wait"}
        start = self.stage.clock.now().replace(hour=2, minute=0, second=0, microsecond=0) + HORIZON + timedelta(days=2)
        when = lasting(start + timedelta(minutes=number)) if beyond else self._time(number, all_day=number % 5 == 0)
        return texts | {"title": f"{key}: {number}", "busy": True, "time": when}

    def _time(self, number: int, *, all_day: bool) -> tuple[str, str]:
        days = 3 if number % 4 == 2 else 0  # what lasts for days is met while it is under way (D2)
        return slot_time(number, self.stage.clock.today(), all_day=all_day, days=days)

    async def create(self, slot: int, side: Side, kind: str = "call", *, beyond: bool = False) -> Item:
        """Create an item on a side, in a slot."""
        if (former := self.slots[slot]) is not None:
            self.leaving.append(former)
        key = f"i{next(self.numbers)}"
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

    async def create_beyond(self, slot: int) -> None:
        """Create an event beyond the window's end, which comes nearer by the clock (D5)."""
        await self.create(slot, "calendar", beyond=True)

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

    async def rewrite(self, slot: int, name: str) -> None:
        """Edit an activity that is in the calendar, which lets the sync write there under a precondition."""
        item = self.slots[slot]
        if item is None or item.doomed or item.kept or not self._ahead(item):
            item = await self.create(slot, "crm")
        if self._reachable(item, "calendar"):
            await self.meet(item, "calendar")
            await self.act(slot, "crm", "edit", name)

    async def change(self, item: Item, side: Side, what: str, name: str) -> None:
        """Edit or delete on a side that has the item."""
        self.reach.note(f"act:{side}_{what}")
        if what == "delete":
            await self._delete(item, side)
        else:
            await self._edit(item, side, name, self._value(item, name))

    async def _edit(self, item: Item, side: Side, name: str, value: Value) -> None:
        crm, known = side == "crm", self.ids[side, item.key]
        if crm:
            at = await self.stage.edit_activity(known, name, value)
        else:
            at = await self.stage.edit_event(known, name, value, item.owner)
        if at is None:
            self.reach.note("act:refused")
            return
        item.edited(side, name, Edit(value, at, stirred=timedelta() if crm else FEATURES.stirs))
        if not crm and item.key in self.unlinked:
            self.unlinked[item.key] = await self.stage.raw(known)

    async def _delete(self, item: Item, side: Side) -> None:
        if side == "calendar" and self._keeps_deleted and not item.linked:
            await self.settle()  # else nobody knows whether there is an activity that can be kept
        known = self.ids[side, item.key]
        if side == "crm":
            at = await self.stage.delete_activity(known)
        else:
            at = await self.stage.delete_event(known, item.owner)
        self.intact.pop(item.key, None)
        if at is None:
            self.reach.note("act:refused")
            return
        by = self.stage.clock.now() + FEATURES.blind if side == "crm" else at
        item.deleted(side, at, by=by, vague=self.sparse or not FEATURES.tombstones)

    def _value(self, item: Item, name: str) -> Value:
        number = next(self.numbers)
        if name == "busy":
            return not item.agreed["busy"]
        if name == "time":
            return self._time(number, all_day=number % 3 == 0)
        return f"{item.key}: {number}" if name == "title" else f"{name} {number}"

    def _ahead(self, item: Item) -> bool:
        return item.ahead(self.stage.clock.now())

    @property
    def _keeps_deleted(self) -> bool:
        return self.choices.on_event_deleted == "keep"

    def _reachable(self, item: Item, side: Side) -> bool:
        if item.kept:
            return side == "crm"
        if item.over:
            return item.there[side]
        if side == item.origin:
            return True
        if side == "crm":
            coming = self.choices.direction == "two_way" and comes_in(item, self.stage.clock.now()) == "yes"
            return item.linked or coming
        return self._sends(item)

    def _waits(self, item: Item, side: Side) -> bool:
        # Whether a deletion waits as edits do, C6 leaves open: the machine does not ask. Nor whether an edit that waits
        # is later than a deletion without a time.
        vague = bool(item.crm) and (self.sparse or not FEATURES.tombstones)
        return item.origin == "calendar" and not self._sends(item) and (side == "crm" or vague)

    async def meet(self, item: Item, side: Side) -> None:
        """Wait until an item is on a side, so that people there can do something to it."""
        if (side, item.key) in self.ids:
            return

        async def there() -> bool:
            seen = await look(self.stage)
            found = seen.crm.get(item.key) if side == "crm" else seen.event(item)
            if found:
                self.ids[side, item.key], item.linked = found["id"], True
            return bool(found)

        await wait_until(there, awaited=f"{item.key} to reach the {side}", timeout=CONVERGENCE, every=0.1, longest=1.0)

    async def race(
        self, slot: int, ours: str, theirs: str, fields: tuple[str, str], trap: str, crm_first: bool
    ) -> None:
        """Act on both sides of one synced item before either knows, with the push in a trap."""
        item = self.slots[slot]
        asleep = self.choices.direction == "one_way" or item is None or not (self._sends(item) and self._ahead(item))
        if item is None or item.doomed or item.kept or asleep or not self._reachable(item, "crm"):
            item = await self.create(slot, "crm")
        await self.settle()
        if self.slots[slot] is not item or not self._sends(item):
            return
        self.reach.note(f"race:{ours}/{theirs}")
        await self.arm(trap, 2)
        acts: list[tuple[Side, str, str]] = [("crm", ours, fields[0]), ("calendar", theirs, fields[1])]
        for side, what, name in acts if crm_first else reversed(acts):
            await self.change(item, side, what, name)

    def _sends(self, item: Item, owner: str = "") -> bool:
        return item.type in self.choices_of(owner or item.owner).outbound_types

    async def hand_over(self, slot: int, side: Side) -> None:
        """Give a synced activity to the other user (A8), or a fresh one where there is none that is synced."""
        await self.stage.with_colleague()
        await self.settle()
        item = self.slots[slot]
        begins = item is not None and item.begins(self.stage.clock.now())  # for whom it is new, that counts (D1)
        if item is None or not (item.linked and begins and self._sends(item)):
            item = await self.create(slot, side if self.choices.direction == "two_way" else "crm")
            await self.settle()
        heir = "8" if item.owner == "7" else "7"
        # An event that was left and whose activity's edits wait in both calendars is more than the oracle follows (C6).
        if self.choices.direction == "one_way" or not (item.linked and self._sends(item) and self._sends(item, heir)):
            return
        await self._given(item, heir)
        self.reach.note(f"hand_over:{item.origin}:to_{item.owner}")

    async def _given(self, item: Item, owner: str) -> None:
        if item.origin == "calendar" and owner == "8":
            self.left[item.key] = await self.stage.raw(self.ids["calendar", item.key])
        else:
            self.left.pop(item.key, None)
        title = f"{item.key}: {next(self.numbers)}"
        at = await self.stage.hand_over(self.ids["crm", item.key], owner, title)
        item.owner = owner
        item.edited("crm", "title", Edit(title, at))
        self.ids.pop(("calendar", item.key))

    async def copy(self, slot: int, target: int) -> None:
        """Copy an event with its hidden properties into an empty slot (K3)."""
        item = self.slots[slot]
        if item is None or item.doomed or slot == target or item.owner != "7" or not self._ahead(item):
            return
        if not self._reachable(item, "calendar"):
            return
        await self.meet(item, "calendar")
        if (former := self.slots[target]) is not None:
            self.leaving.append(former)
        key = f"i{next(self.numbers)}"
        made = await self.stage.copy_event(self.ids["calendar", item.key], f"{key}: copy")
        copied = self.slots[target] = Item(key, "calendar", self.choices.inbound_type, of_event(made))
        if not self._ahead(copied):  # of what a move in the CRM had not reached yet (D1)
            copied.over, copied.there = True, {"crm": False, "calendar": True}
        self.ids["calendar", key], self.unlinked[key] = made["id"], made
        self.reach.note("act:calendar_copy")

    async def choose(self, name: str, value: object) -> None:
        """Change a setting, with both sides settled before and after; the inbound type exists in two-way alone (C2)."""
        if _noted(value) == getattr(self.choices, name) or (
            name == "inbound_type" and self.choices.direction == "one_way"
        ):
            return
        await self.settle()
        if name == "direction" and self._keeps_deleted:
            await self.stage.resync()  # what is known to be gone only once the sync is awake leaves an activity
        await self.chosen(name, value)
        self.reach.note(f"setting:{name}")
        await self.settle()

    async def chosen(self, name: str, value: object) -> None:
        """Change a setting, and note it."""
        await self.stage.settings(**{name: value})
        setattr(self.choices, name, _noted(value))

    async def tick(self, days: int) -> None:
        """Let days pass at once: the window rolls on (D5), and some items are over (D2).

        A sign-in that was renewed as somebody died is good for a day: in that time it is renewed again.
        """
        if self.ticked:
            await self.rest()
        self.stage.clock.forward(timedelta(days=days))
        self.ticked = self.stage.clock.now()
        self.reach.note("clock:forward")

    async def _aged(self) -> None:
        if self.ticked:  # what is over by now has to be known before people go on
            await self.settle()

    async def serial(self, what: str, pick: int) -> None:
        """Do something to the series, in two-way."""
        await self._aged()
        if self._keeps_deleted:  # what is deleted before it was read leaves another activity, or none
            await self.settle()
        if self.choices.direction == "two_way":
            await self.series.act(what, pick)

    async def secret(self, what: str, private: bool) -> None:
        """Do something to the private event, in two-way."""
        await self._aged()
        if self.private.depends_on_the_past:
            await self.settle()
        if self.choices.direction == "two_way":
            await self.private.act(what, private=private)

    async def invited(self, what: str) -> None:
        """Be invited to a meeting, or do something to it (D7), in two-way and with both sides settled."""
        await self.settle()
        if self.choices.direction == "two_way":
            await self.meeting.act(what)

    async def team_act(self, what: str, who: str, pick: int) -> None:
        """Do something in the shared calendar (A10)."""
        await self.team.act(what, who, pick)

    async def team_stop(self, who: User, remove: str) -> None:
        """Stop the sync of one of those who share it."""
        await self.team.stop(who, remove)

    async def team_back(self) -> None:
        """Let who stopped connect again."""
        await self.team.back()

    async def ask(self) -> None:
        """Try to edit what is hidden in the CRM (G2)."""
        await self.settle()
        await self.private.ask()

    async def bulk_delete(self, answer: Literal["delete", "restore"]) -> None:
        """Delete many events at once, and answer the question of the brake (H4); in two-way, once in an example."""
        await self.settle()
        if self.choices.direction == "two_way" and not self._keeps_deleted and not self.braked:
            self.braked = True
            await self.bulk.act(answer)

    async def burst(self) -> None:
        """Write many activities out at once, and delete them again."""
        await self.settle()
        await self.burst_of.act(next(self.numbers))
        self.reach.note("act:burst")

    async def arm(self, trap: str, times: int) -> None:
        """Set a trap; a deletion told without its time leaves the oracle in doubt until the next settling."""
        if times := min(times, self._bearable(trap)):
            self.faults[trap] += times
            await self.stage.arm(trap, times)
        self.sparse = self.sparse or trap == "tombstone.sparse"

    def _bearable(self, trap: str) -> int:
        """Return how many more of a trap are borne until the next settling.

        A second 401 in a row means that the person must sign in anew; and who is refused again and again is asked more
        and more rarely, which nobody here waits for.
        """
        if not trap.startswith("fault."):
            return 3
        borne = _REFUSALS - sum(count for name, count in self.faults.items() if name.startswith("fault."))
        return min(borne, 1 - self.faults[trap]) if trap == "fault.401" else borne


def _noted(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
