"""A service's broker on the cluster in memory: what `chassis.messaging.consumer` registers gets raw batches from it."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import structlog
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError
from faststream.exceptions import IncorrectState, NackMessage

from chassis.messaging.broker import ServiceBroker
from tests.simulation.cluster import Cluster, Draft

log = structlog.get_logger()

_JOIN = 0.5
"""The longest time until a consumer is in its group, in seconds."""
_GATHER = 0.02
"""The longest time in which records gather to a batch."""

Handler = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True)
class _Subscription:
    topic: str
    group: str
    most: int
    listener: ConsumerRebalanceListener
    handler: Handler


@dataclass
class _Sender:
    """Sends what waits for each partition, in order; it goes on trying while the cluster is away, as aiokafka does."""

    cluster: Cluster
    waiting: dict[TopicPartition, list[tuple[Draft, asyncio.Future[object]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    sending: dict[TopicPartition, asyncio.Task[None]] = field(default_factory=dict)

    def send(self, topic: str, draft: Draft) -> asyncio.Future[object]:
        loop = asyncio.get_running_loop()
        partition, confirmed = self.cluster.partition_of(topic, draft.key), loop.create_future()
        self.waiting[partition].append((draft, confirmed))
        if partition not in self.sending:
            self.sending[partition] = loop.create_task(self._send(partition))
        return confirmed

    async def _send(self, partition: TopicPartition) -> None:
        while self.waiting[partition]:
            await self._there()
            batch = self.waiting.pop(partition)
            self.cluster.append(partition, [draft for draft, _ in batch], asyncio.get_running_loop().time())
            await self.cluster.chance.delay(0.004)
            for _, confirmed in batch:
                if not confirmed.done():
                    confirmed.set_result(None)
        del self.sending[partition]

    async def _there(self) -> None:
        while True:
            try:
                return await self.cluster.hop()
            except KafkaError:
                await asyncio.sleep(0.1)


class MemoryBroker(ServiceBroker):
    """Stands in for the network between a service and the cluster."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__("memory:9092")
        self._cluster = cluster
        self._handlers: list[_Subscription] = []
        self._sender: _Sender | None = None
        self._consuming: list[asyncio.Task[None]] = []

    def subscriber(  # type: ignore[override]  # of its options only those that matter here
        self, topic: str, *, group_id: str, max_records: int, listener: ConsumerRebalanceListener, **_: object
    ) -> Callable[[Handler], Handler]:
        """Register a handler of raw batches."""

        def register(handler: Handler) -> Handler:
            self._handlers.append(_Subscription(topic, group_id, max_records, listener, handler))
            return handler

        return register

    async def start(self) -> None:
        """Connect and consume. KafkaConnectionError where the cluster is away."""
        await self._cluster.hop()
        self._sender = _Sender(self._cluster)
        self._consuming = [asyncio.create_task(self._consume(one)) for one in self._handlers]

    async def stop_consumers(self) -> None:
        """Leave the groups."""
        for task in self._consuming:
            task.cancel()
        await asyncio.gather(*self._consuming, return_exceptions=True)
        self._consuming = []

    async def stop(self, *_: object) -> None:
        """Disconnect."""
        await self.stop_consumers()
        self._sender = None

    async def ping(self, timeout: float | None) -> bool:
        """Tell whether the cluster answers."""
        return self._sender is not None and not self._cluster.away

    async def publish(  # type: ignore[override]  # of its options only those that we use
        self,
        message: str | bytes | None,
        topic: str,
        *,
        key: bytes | None,
        headers: Mapping[str, str],
        correlation_id: str | None = None,
        no_confirm: bool = False,
    ) -> "asyncio.Future[object] | None":
        """Send a record; return its confirmation, or wait for it."""
        if self._sender is None:
            raise IncorrectState("the broker is not started")
        named = {"correlation_id": correlation_id, **headers} if correlation_id else headers
        value = message.encode() if isinstance(message, str) else message
        confirmed = self._sender.send(topic, Draft(key, value, _encoded(named)))
        if no_confirm:
            return confirmed
        await confirmed
        return None

    async def _consume(self, subscription: _Subscription) -> None:
        cluster, chance = self._cluster, self._cluster.chance
        await chance.delay(_JOIN)
        subscription.listener.on_partitions_assigned([])
        offsets = cluster.committed[subscription.group]
        positions = {one: offsets.get(one, 0) for one in cluster.of(subscription.topic)}
        while True:
            there = await cluster.behind(positions)
            await chance.delay(_GATHER)
            chance.rng.shuffle(there)
            batch = _batch(cluster, positions, there[: chance.some(len(there))], chance.some(subscription.most))
            if batch and await _handled(subscription, batch, cluster):
                positions |= {TopicPartition(one.topic, one.partition): one.offset + 1 for one in batch}
                await _commit(cluster, subscription.group, positions)


@dataclass(frozen=True)
class _Offsets:
    """What a consumer knows of its partitions; nothing is ever taken by retention."""

    cluster: Cluster
    group: str

    def highwater(self, partition: TopicPartition) -> int:
        return self.cluster.end(partition)

    async def committed(self, partition: TopicPartition) -> int | None:
        return self.cluster.committed[self.group].get(partition)

    async def beginning_offsets(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)


def _batch(
    cluster: Cluster, positions: Mapping[TopicPartition, int], there: Iterable[TopicPartition], most: int
) -> tuple[ConsumerRecord, ...]:
    if cluster.away:
        return ()
    found = [record for one in there for record in cluster.logs[one][positions[one] :]]
    return tuple(found[:most])


async def _handled(subscription: _Subscription, batch: tuple[ConsumerRecord, ...], cluster: Cluster) -> bool:
    """Hand a batch on; False where it was given back, and comes again."""
    message = SimpleNamespace(raw_message=batch, consumer=_Offsets(cluster, subscription.group))
    try:
        await subscription.handler(message)
    except NackMessage:
        await asyncio.sleep(0.001)
        return False
    return True


async def _commit(cluster: Cluster, group: str, positions: Mapping[TopicPartition, int]) -> None:
    try:
        await cluster.hop()
    except KafkaError as error:
        log.warning("not_committed", group=group, error=str(error))  # what is committed next says it, too
        return
    cluster.committed[group] |= positions


def _encoded(headers: Mapping[str, str]) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, value.encode()) for name, value in headers.items())


class MemoryReader:
    """A consumer outside any group, with the part of aiokafka's words that `chassis.messaging.topic_replay` uses."""

    def __init__(self, cluster: Cluster, topic: str) -> None:
        self._cluster, self._topic = cluster, topic
        self._positions: dict[TopicPartition, int] = {}

    async def start(self) -> None:
        """Connect, and take all partitions."""
        await self._cluster.hop()
        self._positions = dict.fromkeys(self._cluster.of(self._topic), 0)

    async def stop(self) -> None:
        """Disconnect."""

    def assignment(self) -> set[TopicPartition]:
        """Return the partitions that are read."""
        return set(self._positions)

    async def seek_to_beginning(self, *partitions: TopicPartition) -> None:
        """Begin with the first record."""
        self._positions |= dict.fromkeys(partitions, 0)

    async def end_offsets(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Return where partitions end now."""
        await self._cluster.hop()
        return {one: self._cluster.end(one) for one in partitions}

    async def position(self, partition: TopicPartition) -> int:
        """Return how far a partition is read."""
        return self._positions[partition]

    async def getmany(self, *, timeout_ms: int) -> dict[TopicPartition, list[ConsumerRecord]]:
        """Return what comes next."""
        await self._cluster.hop()
        if timeout_ms and all(self._cluster.end(one) <= at for one, at in self._positions.items()):
            await asyncio.sleep(timeout_ms / 1000)
        found = {one: self._cluster.logs[one][at:] for one, at in self._positions.items()}
        self._positions |= {one: self._cluster.end(one) for one in found}
        return {one: records for one, records in found.items() if records}
