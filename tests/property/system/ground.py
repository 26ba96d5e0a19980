"""The running system that an example is played in, in its two forms: processes, or simulated in one."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager
from typing import Any, Protocol
from uuid import uuid4

from aiokafka import ConsumerRecord

from sandbox.clients import succeeded
from sandbox.simulated import simulated
from sandbox.stage import read_settings
from tests.property.system.clock import Moved, SandboxClock
from tests.property.system.hands import RECOVERY
from tests.property.system.neighbour import Neighbour
from tests.simulation.logs import configure_logs
from tests.simulation.system import System
from tests.support.providers import PROVIDER
from tests.support.sandboxes import OFTEN, PARTS, Sandbox
from tests.support.stories import Way, World, connected
from tests.support.waiting import wait_until

PAGE_CAP = 3
"""Small pages, so that a read has several of them."""
SERVICES = ("connector", "mapper", "activity-store")


class Ground(Protocol):
    """What an example needs of a running system beside HTTP."""

    @property
    def way(self) -> Way:
        """Return how its clients reach it."""
        ...

    @property
    def clock(self) -> Moved:
        """Return the clock of all who live there."""
        ...

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in its event loop."""
        ...

    async def settled(self, stack: AsyncExitStack) -> tuple[Neighbour, World]:
        """Return a revoked neighbour, and a company with a connected calendar, both open until the stack closes."""
        ...

    async def kill(self, part: str) -> None:
        """Kill a part, and return when it has been started again."""
        ...

    def unsettled_writes(self) -> int:
        """Return how many writes of one connection were under way when the connector was killed last."""
        ...

    def sound(self) -> None:
        """Check what must hold whatever happens: no request fails with an error that nobody foresaw."""
        ...

    def mentions(self, text: str) -> list[str]:
        """Return what of the broker and the databases holds a text."""
        ...


Grounds = Callable[[int], AbstractContextManager[Ground]]
"""Opens one for an example; whatever it leaves to chance is decided by a seed."""


class ProcessGround:
    """A sandbox with its processes, shared by all examples."""

    def __init__(self, sandbox: Sandbox, runner: asyncio.Runner) -> None:
        self.way, self.clock = Way(read_settings(sandbox.folder)), SandboxClock(sandbox.folder)
        self._sandbox, self._runner = sandbox, runner
        self._stack = AsyncExitStack()
        self._neighbour: Neighbour | None = None

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the one event loop that HTTP clients live in."""
        self._runner.run(work)

    async def settled(self, stack: AsyncExitStack) -> tuple[Neighbour, World]:
        """Let a new company come to the one neighbour."""
        if self._neighbour is None:
            self._neighbour = await Neighbour.arrive(self.way, self.clock, f"n{uuid4().hex[:10]}", self._stack)
        return self._neighbour, await stack.enter_async_context(connected(self.way, f"m{uuid4().hex[:10]}"))

    def close(self) -> None:
        """Leave the neighbour."""
        self._runner.run(self._stack.aclose())

    async def kill(self, part: str) -> None:
        """Send SIGKILL; the sandbox's supervisor starts the part again."""
        before = self._pids()
        os.kill(before[part], signal.SIGKILL)
        # The embedded broker takes the services along: it forgets everything, so they are started anew.
        forgetful = part == "broker" and PARTS[part] == "tansu"
        dying = (part, *SERVICES) if forgetful else (part,)

        def back() -> bool:
            now = self._pids()
            assert now.keys() == before.keys(), now
            assert all(now[one] != before[one] for one in dying), now
            return True

        await wait_until(back, awaited=f"a new {part}", timeout=RECOVERY, every=0.1, longest=1.0)

    def unsettled_writes(self) -> int:
        """Leave that to the other form, which sees into the database."""
        return 0

    def sound(self) -> None:
        """Leave that to the other form: nothing of it is to be seen from outside."""

    def mentions(self, text: str) -> list[str]:
        """Leave that to the other form, which holds all of it in memory."""
        return []

    def _pids(self) -> dict[str, int]:
        commands = self._sandbox.processes()
        return {part: pid for part, word in PARTS.items() for pid, command in commands.items() if word in command}


class SimulatedGround:
    """A system of its own in one process."""

    def __init__(self, system: System) -> None:
        self.way, self.clock = Way(system.settings, system.wire), system.clock
        self._system = system
        self.run, self.kill = system.run, system.kill

    async def settled(self, stack: AsyncExitStack) -> tuple[Neighbour, World]:
        """Let both arrive: nobody was here before."""
        async with self.way.simulator() as simulator:
            succeeded(await simulator.patch("/control/settings", json={"page_cap": PAGE_CAP}))
            if PROVIDER == "exchange":  # NTLM's handshake draws numbers of its own, which no seed decides
                succeeded(await simulator.put("/control/authentication", json={"schemes": ["Basic"]}))
        neighbour = await Neighbour.arrive(self.way, self.clock, "neighbour", stack)
        return neighbour, await stack.enter_async_context(connected(self.way, "company"))

    def unsettled_writes(self) -> int:
        """Return how many writes of one connection were noted when the connector was killed last."""
        return self._system.unsettled_writes

    def sound(self) -> None:
        """Check that no app let an error through, and that nothing was dead-lettered."""
        assert not self._system.network.failures, self._system.network.failures
        buried = [one for one in self.records() if one.topic.endswith(".dlq")]
        assert not buried, buried

    def mentions(self, text: str) -> list[str]:
        """Return the topics and collections that hold a text."""
        topics = {one.topic for one in self.records() if text.encode() in (one.value or b"")}
        return sorted(topics | self._system.database.mentions(text))

    def records(self) -> list[ConsumerRecord]:
        """Return all that the broker holds."""
        return list(self._system.cluster.records())


@contextmanager
def simulated_ground(seed: int) -> Iterator[SimulatedGround]:
    """Run a system of its own for one example."""
    configure_logs()
    system = System(seed, (simulated(PROVIDER),), OFTEN)
    try:
        yield SimulatedGround(system)
    finally:
        system.close()
