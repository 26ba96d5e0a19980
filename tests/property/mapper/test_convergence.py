"""Whatever people do, and however messages are delivered, both sides converge (docs/rules.md, Invariants).

Reordering is between queues only: within a Kafka partition there is order.
"""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from contracts.calendar_objects import EventFields
from mapper.domain.model.fields import event_values, mapped_fields
from mapper.domain.model.link import Link
from tests.support.bench import TOMORROW, due, timed
from tests.support.mapper_world import World

ACTIVITIES, EVENTS = st.sampled_from(["a1", "a2"]), st.sampled_from(["e1", "e2"])
TEXT_FIELDS = {"summary": "subject", "location": "location", "description": "public_description"}
FIELDS = st.sampled_from([*TEXT_FIELDS, "time"])
QUEUE = st.integers(0, 11)


def trimmed(fields: EventFields) -> EventFields:
    """A provider that trims what it is given."""
    update = {name: getattr(fields, name).strip() for name in TEXT_FIELDS}
    return fields.model_copy(update=update)


class Convergence(RuleBasedStateMachine):
    """Two items of either side, one connection."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.world = World(trimmed)
        self.counter = 0
        self.edits: list[tuple[str, str, str]] = []
        self.deleted: set[str] = set()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    @initialize()
    def connect(self) -> None:
        self.run(self._connect())

    async def _connect(self) -> None:
        self.world.configure()
        self.world.crm.create("a1")
        self.world.calendar.create("e1")
        self.world.calendar.tell("e1")
        await self.world.exhaust()

    def _value(self, field: str) -> tuple[Any, Any]:
        """A value that no other edit has, as the activity and as the event has it."""
        self.counter += 1
        self.world.tick()
        if field == "time":
            start = TOMORROW + timedelta(minutes=self.counter)
            return due(start), timed(start)
        return f" {field} {self.counter} ", f"{field} {self.counter}"

    def _remember(self, item: str, field: str, value: Any) -> None:
        if isinstance(value, str):
            self.edits.append((item, field, value.strip()))

    def _activity_ids(self, *, deleted: bool = False) -> list[str]:
        return sorted(a.id for a in self.world.crm.activities.values() if a.deleted == deleted)

    @rule(item=ACTIVITIES)
    def crm_create(self, item: str) -> None:
        if item not in self.world.crm.activities:
            subject, _ = self._value("summary")
            self.world.crm.create(item, subject=subject)

    @rule(item=EVENTS)
    def cal_create(self, item: str) -> None:
        if item not in self.world.calendar.events and item not in self.world.calendar.tombstones:
            _, summary = self._value("summary")
            self.world.calendar.create(item, summary=summary)
            self.world.calendar.tell(item)

    @precondition(lambda self: self._activity_ids())
    @rule(pick=QUEUE, field=FIELDS)
    def crm_edit(self, pick: int, field: str) -> None:
        ids = self._activity_ids()
        value, _ = self._value(field)
        name = TEXT_FIELDS.get(field, "schedule")
        self.world.crm.edit(ids[pick % len(ids)], **{name: value})
        self._remember(ids[pick % len(ids)], field, value)

    @precondition(lambda self: self.world.calendar.events)
    @rule(pick=QUEUE, field=FIELDS, told=st.booleans())
    def cal_edit(self, pick: int, field: str, told: bool) -> None:
        ids = sorted(self.world.calendar.events)
        _, value = self._value(field)
        self.world.calendar.edit(ids[pick % len(ids)], **{field: value})
        self._remember(ids[pick % len(ids)], field, value)
        if told:
            self.world.calendar.tell(ids[pick % len(ids)])

    @precondition(lambda self: self._activity_ids())
    @rule(pick=QUEUE)
    def crm_delete(self, pick: int) -> None:
        ids = self._activity_ids()
        self.world.tick()
        self.world.crm.delete(ids[pick % len(ids)])
        self.deleted.add(ids[pick % len(ids)])

    @precondition(lambda self: self.world.calendar.events)
    @rule(pick=QUEUE, told=st.booleans())
    def cal_delete(self, pick: int, told: bool) -> None:
        ids = sorted(self.world.calendar.events)
        self.world.tick()
        self.world.calendar.delete(ids[pick % len(ids)])
        if told:
            self.world.calendar.tell(ids[pick % len(ids)])

    @precondition(lambda self: self.world.waiting())
    @rule(pick=QUEUE, twice=st.booleans())
    def deliver(self, pick: int, twice: bool) -> None:
        waiting = self.world.waiting()
        self.run(self.world.deliver(waiting[pick % len(waiting)], twice=twice))

    @precondition(lambda self: self.world.calendar.events)
    @rule(pick=QUEUE)
    def cal_read_begins(self, pick: int) -> None:
        ids = sorted(self.world.calendar.events)
        self.world.calendar.begin_read(ids[pick % len(ids)])

    @precondition(lambda self: self.world.calendar.reads)
    @rule()
    def cal_read_ends(self) -> None:
        self.world.calendar.end_read()

    @rule(field=FIELDS, pick=QUEUE, crm=st.booleans())
    def edit_alone(self, field: str, pick: int, crm: bool) -> None:
        """One edit on a settled pair costs one write on the other side, and none on its own."""
        self.run(self.world.settle())
        if link := self._active(pick):
            before = self._writes()
            self._edit(link, field, crm=crm)
            self.run(self.world.exhaust())
            assert self._writes() == (before[0] + crm, before[1] + (not crm)), "Untouched: writes nobody asked for"

    @rule(field=FIELDS, pick=QUEUE, crm_first=st.booleans(), deliveries=st.lists(QUEUE, max_size=4))
    def race(self, field: str, pick: int, crm_first: bool, deliveries: list[int]) -> None:
        """Both sides of a settled pair change the same field; the later edit stands (J2)."""
        self.run(self.world.settle())
        if not (link := self._active(pick)):
            return
        self._edit(link, field, crm=crm_first)
        for queue in deliveries:
            if self.world.waiting():
                self.deliver(queue, twice=False)
        self._edit(link, field, crm=not crm_first)
        expected = self._shown(link, field, crm=not crm_first)
        self.run(self.world.settle())
        assert self._shown(link, field, crm=True) == self._shown(link, field, crm=False) == expected

    def _edit(self, link: Link, field: str, *, crm: bool) -> None:
        of_activity, of_event = self._value(field)
        event_id = link.event_id or ""
        if crm:
            self.world.crm.edit(link.activity_id, **{TEXT_FIELDS.get(field, "schedule"): of_activity})
            self._remember(link.activity_id, field, of_activity)
        else:
            self.world.calendar.edit(event_id, **{field: of_event})
            self._remember(event_id, field, of_event)
            self.world.calendar.tell(event_id)

    def _active(self, pick: int) -> Link | None:
        if self.world.settings.outbound_types is not None:
            return None  # edits of the CRM may wait (C6)
        found = [one for one in self.run(self.world.links()) if (one.state, one.reason) == ("active", None)]
        return found[pick % len(found)] if found else None

    def _shown(self, link: Link, field: str, *, crm: bool) -> Any:
        event = self.world.calendar.events[link.event_id or ""].fields
        if crm:
            activity = mapped_fields(self.world.crm.activities[link.activity_id])
            event = event.model_copy(update=event_values(activity))
        return getattr(trimmed(event), field)

    @rule()
    def timers(self) -> None:
        self.run(self.world.timers())

    @rule()
    def time_passes(self) -> None:
        self.world.tick(90)
        self.run(self.world.timers())

    @rule(
        change=st.sampled_from(
            [
                {"direction": "one_way"},
                {"direction": "two_way"},
                {"outbound_types": ("lunch",)},
                {"outbound_types": None},
            ]
        )
    )
    def configure(self, change: dict[str, Any]) -> None:
        self.world.tick()
        self.world.configure(**change)

    @rule()
    def settle(self) -> None:
        self.run(self._settle())

    def teardown(self) -> None:
        try:
            self.world.configure(direction="two_way", outbound_types=None)
            self.run(self._settle())
        finally:
            self.loop.close()

    async def _settle(self) -> None:
        await self.world.settle()
        links = await self.world.links()
        self._check_equal(links)
        self._check_one(links)
        self._check_nothing_lost(links)
        writes = self._writes()
        await self.world.settle()
        assert self._writes() == writes, "Quiet: writes though nobody edited"

    def _writes(self) -> tuple[int, int]:
        return self.world.calendar.writes, self.world.crm.writes

    def _check_equal(self, links: list[Link]) -> None:
        for link in links:
            if link.state != "active" or link.reason is not None:
                continue
            event = self.world.calendar.events[link.event_id or ""]
            activity = self.world.crm.activities[link.activity_id]
            assert not activity.deleted
            shown = trimmed(event.fields.model_copy(update=event_values(mapped_fields(activity))))
            assert shown == trimmed(event.fields), f"Equal: {link.activity_id}"

    def _check_nothing_lost(self, links: list[Link]) -> None:
        """The last edit of a field stands, or is kept as lost; where a side was deleted, J3 decides instead."""
        for link in links:
            event_id = link.event_id or ""
            ids = {link.activity_id, event_id}
            replaced = event_id in self.world.calendar.tombstones or link.generation
            if link.state != "active" or link.reason or replaced or ids & self.deleted:
                continue
            event = self.world.calendar.events[event_id]
            lost = {str(value.value).strip() for entry in link.history for value in entry.lost}
            last = {field: value for item, field, value in self.edits if item in ids}
            for field, value in last.items():
                assert getattr(event.fields, field).strip() == value or value in lost, f"Nothing lost: {field}"

    def _check_one(self, links: list[Link]) -> None:
        held = [link.event_id for link in links if link.event_id in self.world.calendar.events]
        assert len(held) == len(set(held)), "One: two activities for one event"
        activities, events = self._activity_ids(), set(self.world.calendar.events)
        settings = self.world.settings
        if settings.direction == "two_way" and settings.outbound_types is None:
            active = [link for link in links if link.state == "active"]
            assert sorted(link.activity_id for link in active) == activities
            assert {link.event_id for link in active} == events
        for link in links:
            assert all(entry.words for entry in link.history)


Convergence.TestCase.settings = settings(
    derandomize=True,
    database=None,
    max_examples=30,
    stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
)
TestConvergence = Convergence.TestCase
