"""What a run stands on: one broker, one database and one simulated provider, under our services or under the floor."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from pymongo import AsyncMongoClient

from bench.topics import SPECS
from chassis.messaging.topics import ensure_topics
from sandbox import keys
from sandbox.plan import SERVICES, Plan, make_plan
from sandbox.ports import Ports
from sandbox.processes import Process, Unit, probes, ready, service, simulator
from sandbox.simulated import simulated
from tests.support.infrastructure import broker, database
from tests.support.ports import free_base

_PRODUCTION_PACE = {"TANDEM_POLL_SECONDS": "300"}
"""The sandbox polls every 15 s for people's patience; a measurement has the services' own default."""
_EMBEDDED_KAFKA = {"TANDEM_KAFKA_FETCH_MAX_WAIT_MS": "20"}
FLOOR = ("floor-connector", "floor-mapper", "floor-activity-store")


@dataclass(frozen=True)
class Stand:
    """Addresses, and what is needed to start services on them."""

    plan: Plan
    provider: str
    """Whose calendars are synced."""
    simulator: Process
    mongo_url: str
    kafka: str
    database: str
    """What the database is, in words."""

    @property
    def settings(self) -> Mapping[str, str]:
        """The settings our services run with: as in production, by the machine's own clock; and the simulators."""
        own = {name: value for name, value in self.plan.settings.items() if name != "TANDEM_CLOCK_FILE"}
        return {**own, **self.plan.addresses}

    @property
    def simulator_url(self) -> str:
        """The simulator's address."""
        return self.simulator.unit.url

    @property
    def urls(self) -> dict[str, str]:
        """The addresses of our services, or of the floor's in their place."""
        return {name: f"http://127.0.0.1:{self.plan.listeners[name]}" for name in SERVICES}

    def unit(self, name: str) -> Unit:
        """Describe one of our services, or of the floor's three processes, which take the ports of ours."""
        log = self.plan.folder / "logs" / f"{name}.log"
        ours = name.removeprefix("floor-")
        unit = service(ours, self.plan.listeners[ours], self.settings, log)
        if name == ours:
            return unit
        provider = {"FLOOR_PROVIDER": self.provider, "FLOOR_PROVIDER_URL": self.simulator_url}
        env = {**unit.env, **provider, "FLOOR_PORT": str(unit.port)}
        argv = (sys.executable, "-m", "bench.floor", ours)
        return replace(unit, name=name, argv=argv, env=env)


@asynccontextmanager
async def stand(folder: Path, kafka: str, provider: str) -> AsyncIterator[Stand]:
    """Start broker, database and the provider's simulator, with all topics made. `kafka`: `apache` or `embedded`."""
    os.environ["TEST_INFRA"] = {"apache": "kafka"}.get(kafka, kafka)
    async with AsyncExitStack() as stack:
        bootstrap = stack.enter_context(broker(folder))
        mongo_url = stack.enter_context(database(folder))
        given = {"TANDEM_KAFKA_BOOTSTRAP": bootstrap, "TANDEM_MONGO_URL": mongo_url, **_PRODUCTION_PACE}
        environ = given | (_EMBEDDED_KAFKA if kafka == "embedded" else {})
        plan = make_plan(Ports.moved(free_base()), folder, keys.load_or_make(folder / "keys.env"), environ)
        await ensure_topics(bootstrap, SPECS)
        (folder / "clock").write_text("0\n")
        name = simulated(provider)
        started = await stack.enter_async_context(running([_forgetful(plan, name)]))
        yield Stand(plan, provider, started[name], mongo_url, bootstrap, await _described(mongo_url))


async def _described(mongo_url: str) -> str:
    async with AsyncMongoClient[dict[str, Any]](mongo_url) as client:
        status = await client.admin.command("serverStatus")
    secantus = status.get("secantus")
    own = f"SecantusDB {secantus['version']} ({secantus['server']}, --sync-on-commit)" if secantus else "MongoDB"
    return f"{own}, speaking MongoDB {status['version']}"


def _forgetful(plan: Plan, name: str) -> Unit:
    """A simulator without its state file: writing 50,000 events down again and again is no part of any figure."""
    log = plan.folder / "logs" / f"{name}.log"
    unit = simulator(name, plan.listeners[name], plan.folder, plan.settings, log)
    argv = (*unit.argv[: unit.argv.index("--state")], *unit.argv[unit.argv.index("--state") + 2 :])
    return replace(unit, argv=argv, probe=partial(probes.http, f"{unit.url}/control/settings"))


@asynccontextmanager
async def running(units: Sequence[Unit]) -> AsyncIterator[dict[str, Process]]:
    """Run units side by side, all of them ready, for as long as the context lasts."""
    processes = {unit.name: Process.start(unit) for unit in units}
    try:
        await asyncio.gather(*map(ready, processes.values()))
        yield processes
    finally:
        await asyncio.gather(*(process.stopped() for process in processes.values()))


async def seconds_to_ready(unit: Unit) -> tuple[Process, float]:
    """Start one unit; return it with the seconds until it was ready."""
    began = perf_counter()
    process = Process.start(unit)
    await ready(process)
    return process, perf_counter() - began
