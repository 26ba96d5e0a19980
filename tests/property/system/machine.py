"""The rules of the state machine: what happens to one connection of the real, running system."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, ClassVar
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.property.system.invariants import Foreign, Neighbour, one_to_one, quiet
from tests.property.system.oracle import ALL_TYPES, Side
from tests.property.system.play import FIELDS, SLOTS, Play
from tests.property.system.reach import ACTS, FAULTS, PUSH_TRAPS, SERIAL, Reach
from tests.property.system.stage import PARTS, Stage
from tests.support.sandboxes import Sandbox
from tests.support.stories import connected

SLOT, FIELD, ACT = st.integers(0, SLOTS - 1), st.sampled_from(FIELDS), st.sampled_from(ACTS)
SIDE: st.SearchStrategy[Side] = st.sampled_from(["crm", "calendar"])
CHOICE = st.sampled_from(
    [
        ("direction", "one_way"),
        ("direction", "two_way"),
        ("outbound_types", [kind for kind in ALL_TYPES if kind != "deadline"]),
        ("outbound_types", list(ALL_TYPES)),
        ("inbound_type", "deadline"),
        ("inbound_type", "meeting"),
    ]
)


class SystemMachine(RuleBasedStateMachine):
    """Every example has a company, an account and a connection of its own in one sandbox."""

    sandbox: ClassVar[Sandbox]
    neighbour: ClassVar[Neighbour]
    reach: ClassVar[Reach]
    runner: ClassVar[asyncio.Runner]
    kills: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.stack = AsyncExitStack()
        self.told: list[str] = []
        self.failed = False
        self.play: Play

    def run(self, told: str, work: Coroutine[Any, Any, None]) -> None:
        """Do one step; what goes wrong is told with all that went before."""
        self.told.append(told)
        self.reach.note("steps")
        try:
            self.runner.run(work)
        except Exception as error:
            self.failed = True
            company = self.play.stage.world.company if hasattr(self, "play") else "?"
            error.add_note(f"company {company}, steps:\n  " + "\n  ".join(self.told))
            raise

    @initialize()
    def connect(self) -> None:
        self.run("connect", self._connect())

    async def _connect(self) -> None:
        world = await self.stack.enter_async_context(connected(self.sandbox.folder, f"m{uuid4().hex[:10]}"))
        self.play = Play(Stage(self.sandbox, world), self.reach)
        self.play.stage.clock.to_about_noon()
        self.foreign = Foreign(self.play.stage)
        await self.foreign.create()

    @rule(slot=SLOT, side=SIDE, kind=st.sampled_from(["call", "deadline"]))
    def create(self, slot: int, side: Side, kind: str) -> None:
        self.run(f"create {slot} {side} {kind}", self._create(slot, side, kind))

    async def _create(self, slot: int, side: Side, kind: str, *, beyond: bool = False) -> None:
        await self.play.create(slot, side, kind, beyond=beyond)

    @rule(slot=SLOT, side=SIDE, name=FIELD)
    def edit(self, slot: int, side: Side, name: str) -> None:
        self.run(f"edit {slot} {side} {name}", self.play.act(slot, side, "edit", name))

    @rule(slot=SLOT, side=SIDE)
    def delete(self, slot: int, side: Side) -> None:
        self.run(f"delete {slot} {side}", self.play.act(slot, side, "delete", ""))

    @rule(slot=SLOT, into=SLOT)
    def copy(self, slot: int, into: int) -> None:
        self.run(f"copy {slot} into {into}", self.play.copy(slot, into))

    @rule(
        slot=SLOT,
        ours=ACT,
        theirs=ACT,
        fields=st.tuples(FIELD, FIELD) | FIELD.map(lambda one: (one, one)),
        crm_first=st.booleans(),
        trap=st.sampled_from(PUSH_TRAPS),
    )
    def race(self, slot: int, ours: str, theirs: str, fields: tuple[str, str], crm_first: bool, trap: str) -> None:
        told = f"race {slot} {ours}/{theirs} {fields} crm_first={crm_first} {trap}"
        self.run(told, self.play.race(slot, ours, theirs, fields, trap, crm_first=crm_first))

    @precondition(lambda self: self.play.choices.direction == "two_way")
    @rule(what=st.sampled_from(SERIAL), pick=st.integers(0, 3))
    def serial(self, what: str, pick: int) -> None:
        self.run(f"series {what} {pick}", self.play.serial(what, pick))

    @rule(choice=CHOICE)
    def choose(self, choice: tuple[str, Any]) -> None:
        self.run(f"choose {choice}", self.play.choose(*choice))

    @rule(trap=st.sampled_from((*FAULTS, *PUSH_TRAPS)), times=st.integers(1, 3))
    def arm(self, trap: str, times: int) -> None:
        self.run(f"arm {trap} x{times}", self.play.arm(trap, times))

    @precondition(lambda self: self.kills)
    @rule(part=st.sampled_from(sorted(PARTS)), slot=SLOT, side=SIDE, name=FIELD)
    def kill(self, part: str, slot: int, side: Side, name: str) -> None:
        self.run(f"kill {part} after an edit of {slot} {side} {name}", self._kill(part, slot, side, name))

    async def _kill(self, part: str, slot: int, side: Side, name: str) -> None:
        await self.play.act(slot, side, "edit", name)
        await self.play.stage.kill(part)
        self.reach.note(f"kill:{part}")

    @rule(slot=SLOT)
    def create_beyond(self, slot: int) -> None:
        self.run(f"create {slot} beyond the window", self._create(slot, "calendar", "call", beyond=True))

    @rule(days=st.sampled_from([1, 3]))
    def tick(self, days: int) -> None:
        self.run(f"{days} days pass", self.play.tick(days))

    @rule()
    def settle(self) -> None:
        self.run("settle", self.play.settle())

    def teardown(self) -> None:
        """Check the six invariants, unless a step has failed already."""
        try:
            if not self.failed:
                self.run("the end", self._end())
        finally:
            self.runner.run(self.stack.aclose())

    async def _end(self) -> None:
        await self.play.settle()
        await self.neighbour.alone(self.play)
        await self.play.settle()
        await quiet(self.play.stage)
        await one_to_one(self.play)
        await self.play.settle()
        await self.foreign.untouched()
        self.reach.strikes(await self.play.stage.struck())
        self.reach.note("examples")
