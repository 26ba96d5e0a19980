"""Starts a service (store, hooks, broker, background work), and stops it in the reverse order and in bounded time.

The start never gives up: while the database or the broker is away it is tried again, and HTTP answers meanwhile (503
where they are needed).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from aiokafka.errors import KafkaConnectionError

from chassis.errors import Transient
from chassis.messaging.broker import ServiceBroker
from chassis.messaging.consumer_health import health_of
from chassis.messaging.idle import idleness_of
from chassis.messaging.kafka_security import likely_cause
from chassis.outages import as_transient
from chassis.persistence.store import Store
from chassis.runtime.background import Background, Periodic
from chassis.runtime.shutdown import STOP_SECONDS, Part, bounded
from chassis.settings import ChassisSettings
from chassis.zone_data import zones_version

log = structlog.get_logger()

Hook = Callable[[], Awaitable[None]]

_RETRY_SECONDS = 1.0
_SWEEP_EVERY = timedelta(seconds=3)
_SWEEP_AT_REST = timedelta(seconds=30)
"""What this process could not publish it knows of, and sweeps soon; that a replica died and left something is rare."""


@dataclass
class Lifecycle:
    """Starts and stops a service; `started`, `waiting_for` and `ending` are what readiness says."""

    settings: ChassisSettings
    broker: ServiceBroker
    store: Store
    on_start: Sequence[Hook] = ()
    on_drain: Sequence[Hook] = ()
    on_stop: Sequence[Hook] = ()
    background: Sequence[Periodic] = ()
    started: bool = False
    waiting_for: str = "starting"
    ending: bool = False
    stop_seconds: Mapping[Part, float] = field(default_factory=lambda: STOP_SECONDS)
    _tasks: Background = field(default_factory=Background)
    _starting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start in the background."""
        self._starting = asyncio.create_task(self._start_all())

    def begin_drain(self) -> None:
        """Say from now on that no more requests should be sent here."""
        self.ending = True

    async def stop(self) -> None:
        """Stop part by part, each within its own seconds: a part that hangs does not keep the others from theirs.

        Consumers finish the batch in flight if the time allows it, and outboxes are published before the producer
        stops. What is left over is done by the next process.
        """
        health_of(self.broker).stopping.set()
        seconds = self.stop_seconds
        batches = self.settings.shutdown_seconds + seconds["batches"]
        await bounded("background", self._stop_background(), seconds["background"])
        await bounded("batches", self._stop_batches(), batches)
        await bounded("outboxes", self.store.drain(), seconds["outboxes"])
        await bounded("producer", self.broker.stop(), seconds["producer"])
        await bounded("hooks", self._run_stop_hooks(), seconds["hooks"])
        await bounded("database", self.store.close(), seconds["database"])

    async def _stop_background(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        await self._tasks.stop()

    async def _stop_batches(self) -> None:
        await self.broker.stop_consumers()
        await asyncio.gather(*(hook() for hook in self.on_drain))

    async def _run_stop_hooks(self) -> None:
        await asyncio.gather(*(hook() for hook in self.on_stop))

    async def _start_all(self) -> None:
        await self._retry("mongo", self.store.start)
        for hook in self.on_start:
            await self._retry("on_start", hook)
        await self._retry("kafka", self._connect)
        if self.settings.republish_on_start:
            await self._retry("republish", self.store.republish)
        sweeper = Periodic("outbox_sweeper", _SWEEP_EVERY, self.store.sweep, _SWEEP_AT_REST)
        self._tasks.start([sweeper, *self.background], idleness_of(self.broker))
        self.started = True
        log.info("started", zone_data=zones_version())

    async def _connect(self) -> None:
        try:
            await self.broker.start()
        except BaseException as error:
            await self.broker.stop()  # half a connection would leak at the next attempt
            if isinstance(error, KafkaConnectionError):
                raise Transient("kafka_unavailable", await likely_cause(self.settings)) from error
            raise

    async def _retry(self, what: str, step: Hook) -> None:
        while True:
            try:
                return await step()
            except Exception as error:  # a service that cannot start says so and tries again
                self.waiting_for = f"{what}: {error}"
                expected = as_transient(error) is not None
                log.warning("start_waits", what=what, error=repr(error), exc_info=None if expected else error)
            await asyncio.sleep(_RETRY_SECONDS)
