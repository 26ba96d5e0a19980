"""Runs the whole system: database and simulators around the broker, the broker around the services.

What is started last is ended first. The embedded broker forgets everything when it ends, so a new one means topics
anew and the services started anew, told to publish their compacted state again (`TANDEM_REPUBLISH_ON_START`). Apache
Kafka forgets nothing: it is kept like the database, and the services live through its outages. They publish anew only
where it does not hold all that they have published: a first start, or one after another broker's turn.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from chassis.errors import Rejected, Transient
from chassis.messaging.topics import TopicSpec, ensure_topics
from contracts.catalogue import all_topics
from sandbox.console import Say
from sandbox.keeper import Keeper, kept, running
from sandbox.plan import SERVICES, Broker, Plan
from sandbox.processes import ProcessEndedError, Unit, kafka, ready, secantus, service, simulator, start_page, tansu

_PAUSE_SECONDS = 0.2
_EMBEDDED_PARTITIONS = 2
"""Of a topic: one process a service reads them all, and each is asked for again with every fetch, at rest too."""
_FORGOTTEN = {"TANDEM_REPUBLISH_ON_START": "true"}


class System:
    """The sandbox at work. `when_ready` is awaited once, when everything is ready for the first time."""

    def __init__(self, plan: Plan, say: Say, when_ready: Callable[[], Awaitable[None]]) -> None:
        self._plan = plan
        self._say = say
        self._when_ready = when_ready
        self._has_been_ready = False
        self._kept_services: list[Keeper] = []

    async def run(self) -> None:
        """Run until cancelled. Raises `ProcessEndedError` (in a group) when a part does not start."""
        if self._plan.broker is not Broker.APACHE:
            self._in_step.unlink(missing_ok=True)
        async with kept([Keeper(unit, self._say) for unit in self._surroundings()]):
            if self._plan.broker is Broker.EMBEDDED:
                await self._broker_and_services()
            else:
                await self._make_topics()
                await self._services(broker_is_new=self._plan.broker is Broker.APACHE and not self._in_step.exists())

    async def _broker_and_services(self) -> None:
        while True:
            try:
                await self._until_the_broker_ends()
            except* (ProcessEndedError, Transient, Rejected) as errors:
                if not self._has_been_ready:
                    raise
                self._say("kafka", str(errors.exceptions[0]))
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _until_the_broker_ends(self) -> None:
        async with running(tansu(self._plan.ports.kafka, self._log("kafka"))) as broker:
            await ready(broker)
            await self._make_topics()
            self._say("kafka", f"ready on port {self._plan.ports.kafka}, topics made")
            async with asyncio.TaskGroup() as group:
                services = group.create_task(self._services(broker_is_new=True))
                code = await broker.exited()
                self._say("kafka", f"ended with {code} and has forgotten everything; starting it and the services anew")
                self._kill_services()
                services.cancel()

    async def _services(self, *, broker_is_new: bool) -> None:
        first_env = _FORGOTTEN if broker_is_new else {}
        keepers = [
            Keeper(unit, self._say, first_env, must_start=not self._has_been_ready) for unit in self._service_units()
        ]
        self._kept_services = keepers
        async with kept(keepers):
            if not self._has_been_ready:
                self._has_been_ready = True
                if self._plan.broker is Broker.APACHE:
                    self._in_step.touch()
                await self._when_ready()
            await asyncio.Event().wait()

    def _kill_services(self) -> None:
        """End the services without their grace: the batch that they would finish cannot be committed any more."""
        for keeper in self._kept_services:
            keeper.kill()

    async def _make_topics(self) -> None:
        most = _EMBEDDED_PARTITIONS if self._plan.broker is Broker.EMBEDDED else sys.maxsize
        specs = [TopicSpec(topic.name, min(topic.partitions, most), topic.config) for topic in all_topics()]
        await ensure_topics(self._plan.settings["TANDEM_KAFKA_BOOTSTRAP"], specs)

    def _surroundings(self) -> list[Unit]:
        plan, units = self._plan, list[Unit]()
        if plan.starts_mongo:
            units.append(secantus(plan.ports.mongo, plan.folder / "mongo", self._log("mongo")))
        for name in plan.simulators:
            state = plan.folder / f"{name}.json"
            units.append(simulator(name, plan.listeners[name], state, plan.settings, self._log(name)))
        if plan.starts_page:
            units.append(start_page(plan.ports.start, {**plan.settings, **plan.addresses}, self._log("start")))
        if plan.broker is Broker.APACHE:
            ports = plan.ports
            units.append(kafka(ports.kafka, ports.kafka_controller, plan.folder / "kafka", self._log("kafka")))
        return units

    def _service_units(self) -> list[Unit]:
        plan = self._plan
        return [service(name, plan.listeners[name], plan.settings, self._log(name)) for name in SERVICES]

    @property
    def _in_step(self) -> Path:
        """A file that is there while Apache Kafka holds all that the services have published."""
        return self._plan.folder / "kafka" / "in-step"

    def _log(self, name: str) -> Path:
        return self._plan.folder / "logs" / f"{name}.log"
