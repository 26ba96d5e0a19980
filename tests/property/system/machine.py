"""The rules of the state machine: what happens to one connection of the real, running system."""

from collections.abc import Coroutine
from contextlib import AsyncExitStack, ExitStack
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.property.system.ground import Ground, Grounds
from tests.property.system.invariants import Foreign, alone, one_to_one, quiet
from tests.property.system.killing import Killer
from tests.property.system.play import Play
from tests.property.system.reach import Reach
from tests.property.system.stage import Stage
from tests.property.system.steps import (
    ARM,
    ASK,
    BULK,
    BURST,
    CHOOSE,
    CHOSEN,
    COPY,
    CREATE,
    DELETE,
    EDIT,
    HAND_OVER,
    MEETING,
    MET,
    RACE,
    RECONNECT,
    SECRET,
    SERIAL,
    TEAM,
    TEAM_BACK,
    TEAM_STOP,
    TICK,
    UNDER_WAY,
    Step,
)
from tests.property.system.stopping import Stopping
from tests.support.sandboxes import PARTS


class SystemMachine(RuleBasedStateMachine):
    """Every example has a company, an account and a connection of its own, and a revoked neighbour."""

    grounds: ClassVar[Grounds]
    reach: ClassVar[Reach]
    hard: ClassVar[bool] = True
    """Whether parts are killed and the brake is pulled, too: both take long."""

    def __init__(self) -> None:
        super().__init__()
        self.opened, self.stack = ExitStack(), AsyncExitStack()
        self.told: list[str] = []
        self.failed = False
        self.ground: Ground
        self.play: Play

    def run(self, told: str, work: Coroutine[Any, Any, None]) -> None:
        """Do one step; what goes wrong is told with all that went before."""
        self.told.append(told)
        self.reach.note("steps")
        try:
            self.ground.run(work)
            self.ground.sound()
        except BaseException as error:
            self.failed = True
            company = self.play.stage.world.company if hasattr(self, "play") else "?"
            error.add_note(f"company {company}, steps:\n  " + "\n  ".join(self.told))
            raise

    @initialize(seed=st.integers(0, 2**31 - 1), chosen=CHOSEN)
    def connect(self, seed: int, chosen: dict[str, str]) -> None:
        self.ground = self.opened.enter_context(type(self).grounds(seed))
        self.run(f"connect, by seed {seed}, with {chosen}", self._connect(chosen))

    async def _connect(self, chosen: dict[str, str]) -> None:
        self.neighbour, world = await self.ground.settled(self.stack)
        self.play = Play(Stage(self.ground, world, self.stack), self.reach)
        self.killer = Killer(self.play.stage)
        self.play.stage.clock.to_about_noon()
        self.struck = await self.play.stage.struck()
        self.foreign = Foreign(self.play.stage)
        await self.foreign.create()
        for name, value in chosen.items():
            await self.play.chosen(name, value)

    @rule(step=CREATE)
    def create(self, step: Step) -> None:
        self.take(step)

    @rule(step=EDIT)
    def edit(self, step: Step) -> None:
        self.take(step)

    @rule(step=DELETE)
    def delete(self, step: Step) -> None:
        self.take(step)

    @rule(step=COPY)
    def copy(self, step: Step) -> None:
        self.take(step)

    @rule(step=RACE)
    def race(self, step: Step) -> None:
        self.take(step)

    @rule(step=SERIAL)
    def serial(self, step: Step) -> None:
        self.take(step)

    @rule(step=SECRET | ASK)
    def secret(self, step: Step) -> None:
        self.take(step)

    @rule(step=MEETING)
    def invited(self, step: Step) -> None:
        self.take(step)

    @rule(step=TEAM)
    def team_act(self, step: Step) -> None:
        self.take(step)

    @rule(step=TEAM_STOP | TEAM_BACK)
    def team_stop(self, step: Step) -> None:
        self.take(step)

    @rule(step=CHOOSE)
    def choose(self, step: Step) -> None:
        self.take(step)

    @rule(step=HAND_OVER)
    def hand_over(self, step: Step) -> None:
        self.take(step)

    @rule(step=ARM, then=MET)
    def arm(self, step: Step, then: Step) -> None:
        self.run(f"{step}, met by {then}", self._arm(step, then))

    async def _arm(self, step: Step, then: Step) -> None:
        _, trap, times = step
        stage = self.play.stage
        before = await stage.struck()
        await self.play.arm(trap, times)
        await self._do(then)
        await stage.strikes(trap, before)

    @rule(step=TICK)
    def tick(self, step: Step) -> None:
        self.take(step)

    @precondition(lambda self: self.hard)
    @rule(step=RECONNECT)
    def reconnect(self, step: Step) -> None:
        _, remove = step
        self.run(f"reconnect {remove}", Stopping(self.play).reconnect(remove))

    @precondition(lambda self: self.hard and not self.play.braked)
    @rule(step=BULK)
    def bulk_delete(self, step: Step) -> None:
        self.take(step)

    @precondition(lambda self: self.hard)
    @rule(part=st.sampled_from(sorted(PARTS)), calls=st.integers(0, 12), step=UNDER_WAY)
    def kill(self, part: str, calls: int, step: Step) -> None:
        self.run(f"kill {part} at call {calls} of {step}", self._kill(part, calls, step))

    @precondition(lambda self: self.hard)
    @rule(calls=st.integers(12, 40), step=BURST)
    def kill_writing(self, calls: int, step: Step) -> None:
        self.run(f"kill the connector at call {calls} of {step}", self._kill("connector", calls, step))

    async def _kill(self, part: str, calls: int, step: Step) -> None:
        name = step[0]
        if name == "hand_over":  # who signs in is a browser, and that gives up where nobody answers
            await self.play.stage.with_colleague()
        if name.startswith("team"):
            await self.play.team.open()
            self.killer.watch(self.play.stage.team.values())
        under_way = await self.killer.during(part, calls, self._do(step))
        self.reach.note(f"kill:{part}")
        self.reach.note(f"killed_{'during' if under_way else 'after'}:{name}")
        if self.ground.unsettled_writes() > 1:
            self.reach.note("killed_in_flight:several_writes")

    def take(self, step: Step) -> None:
        """Do what a step says."""
        name, *arguments = step
        self.run(f"{name} {arguments}", self._do(step))

    def _do(self, step: Step) -> Coroutine[Any, Any, None]:
        name, *arguments = step
        work: Coroutine[Any, Any, None] = getattr(self.play, name)(*arguments)
        return work

    @rule()
    def settle(self) -> None:
        self.run("settle", self.play.settle())

    def teardown(self) -> None:
        """Check the six invariants, unless a step has failed already."""
        try:
            if not self.failed:
                self.run("the end", self._end())
        finally:
            self.ground.run(self.stack.aclose())
            self.opened.close()

    async def _end(self) -> None:
        await self.play.settle()
        await alone(self.neighbour, self.play)
        await self.play.settle()
        await quiet(self.play.stage)
        await one_to_one(self.play)
        await self.play.settle()
        await self.foreign.untouched()
        self.reach.strikes(self.struck, await self.play.stage.struck())
        self.reach.note("examples")
