"""The running system of one run: services that are kept alive, simulators, broker and database, and what hurts them."""

import asyncio
import base64
from collections.abc import Coroutine, Mapping
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI

from contracts.catalogue import all_topics
from sandbox.plan import make_plan
from sandbox.ports import Ports
from tests.simulation.chance import Chance
from tests.simulation.clock import VirtualClock
from tests.simulation.cluster import Cluster
from tests.simulation.database import DatabaseServer
from tests.simulation.determined import determined
from tests.simulation.loop import VirtualLoop
from tests.simulation.network import Network, Site, Wire
from tests.simulation.parts import SERVICES, SIMULATORS, Surroundings
from tests.simulation.processes import Process
from tests.support.waiting import wait_until

T = TypeVar("T")

_PORTS = Ports()
_KEYS = {"TANDEM_JWT_SECRET": "s" * 48, "TANDEM_CREDENTIAL_KEYS": f"run:{base64.b64encode(bytes(32)).decode()}"}
_PAUSE = 2.0
"""The longest time until a killed service is started again, in seconds."""
_MOST_STEPS = 400
"""Within so many callbacks a service dies that is killed."""


class System:
    """Everything that one seed decides. `simulators`: by the names of `SIMULATED`."""

    def __init__(self, seed: int, simulators: tuple[str, ...], environ: Mapping[str, str]) -> None:
        self.loop = VirtualLoop()
        asyncio.set_event_loop(self.loop)
        self.clock = VirtualClock(self.loop, date(2026, 1, 1) + timedelta(days=seed % 365))
        self._stack = ExitStack()
        self._stack.enter_context(determined(self.loop, self.clock, seed))
        self.chance = chance = Chance(seed)
        self.cluster = Cluster({topic.name: topic.partitions for topic in all_topics()}, chance)
        self.database, self.network = DatabaseServer(chance), Network(chance)
        self.plan = make_plan(_PORTS, Path("memory"), _KEYS, environ)
        self._here = Surroundings(seed, self.plan.settings, self.clock, self.cluster, self.database, self.network)
        self._processes: list[Process] = []
        self.unsettled_writes = 0
        """How many writes of one connection were under way when a service was killed last."""
        self._broker_kept = asyncio.Event()
        self._broker_kept.set()
        self._owing = set(SERVICES)
        """Who publishes anew when started: the broker has forgotten all of it."""
        self._keepers = [self.loop.create_task(self._keep(name)) for name in SERVICES]
        for name in simulators:
            self._run(name, SIMULATORS[name](self._here))

    @property
    def settings(self) -> dict[str, str]:
        """Return the services' settings and the simulators' addresses, as a sandbox's file has them."""
        return {**self.plan.settings, **self.plan.addresses}

    @property
    def wire(self) -> Wire:
        """Return the way in for clients."""
        return Wire(self.network)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in it; as long as nothing is done, its time stands still."""
        done = self.loop.run_until_complete(work)
        for keeper in self._keepers:
            if keeper.done():  # nobody keeps a service any more
                keeper.result()
        return done

    async def kill(self, part: str) -> None:
        """Kill a part at a point of its work that chance decides, and return when it is started again."""
        await {"database": self._database_away, "broker": self._broker_away}.get(part, lambda: self._kill(part))()

    def close(self) -> None:
        """End it and leave nothing behind."""
        for task in self._keepers:
            task.cancel()
        self.loop.run_until_complete(asyncio.wait(self._keepers))
        for process in self._processes:
            process.kill()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()
        for process in self._processes:
            process.bury()
        self._stack.close()
        asyncio.set_event_loop(None)

    async def _keep(self, name: str) -> None:
        while True:
            process = self._run(name, SERVICES[name](self._here, republish=name in self._owing))
            await self._until_it_dies(process)
            await asyncio.sleep(0.2 + _PAUSE * self.chance.rng.random())
            await self._broker_kept.wait()  # one that forgets takes the services along until it is back

    async def _until_it_dies(self, process: Process) -> None:
        ready = asyncio.create_task(self._ready(process.name))
        try:
            await asyncio.wait({ready, process.death}, return_when=asyncio.FIRST_COMPLETED)
            if process.alive:
                self._owing.discard(process.name)
            await asyncio.wait({process.death})
        finally:
            ready.cancel()

    async def _ready(self, name: str) -> None:
        async with httpx.AsyncClient(transport=self.wire) as client:
            while True:
                try:
                    if (await client.get(f"http://127.0.0.1:{self._port(name)}/readyz")).is_success:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.5)

    def _port(self, name: str) -> int:
        return self.plan.listeners[name]

    def _run(self, name: str, app: FastAPI) -> Process:
        process = Process(name, self.loop)
        self._processes.append(process)
        process.spawn(_live(app))
        self.network.sites[self._port(name)] = Site(app, process)
        return process

    def _process(self, name: str) -> Process:
        return self.network.sites[self._port(name)].process

    async def _kill(self, name: str) -> None:
        before = self._process(name)
        before.die_after(self.chance.rng.randrange(_MOST_STEPS))
        await asyncio.wait({before.death})
        self.unsettled_writes = max(
            (len(one["writes"]) for one in self.database.rows("connector", "connections")), default=0
        )
        await wait_until(lambda: self._process(name) is not before, awaited=f"a new {name}", every=0.05)

    async def _database_away(self) -> None:
        self.database.away = True
        await asyncio.sleep(0.5 + 5 * self.chance.rng.random())
        self.database.away = False

    async def _broker_away(self) -> None:
        self.cluster.away = True
        if forgets := self.chance.rng.random() < 0.5:
            self._broker_kept.clear()
            self._owing |= set(SERVICES)
            for name in SERVICES:
                self._process(name).kill()
        await asyncio.sleep(0.5 + 5 * self.chance.rng.random())
        if forgets:
            self.cluster.forget()
        self.cluster.away = False
        self._broker_kept.set()


async def _live(app: FastAPI) -> None:
    async with app.router.lifespan_context(app):
        await asyncio.Event().wait()
