"""A member of a consumer group: it reads all topics that a service has in the group, over one connection.

A member for each topic cost an idle service a fetch loop and a heartbeat for each of them: eleven in all, of which a
sandbox at rest took a tenth of a core. The topics are still processed each by itself: `topic_consumer`.
"""

import asyncio
import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from chassis.errors import NeedsOperator
from chassis.messaging.consumer_health import ConsumerHealth
from chassis.messaging.group.fetching import FetchPolicy, follow
from chassis.messaging.group.topic_consumer import TopicConsumer
from chassis.messaging.idle import Idleness
from chassis.outages import as_transient


class GroupMember(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka carries no types
    """One of aiokafka's consumers, shared by a `TopicConsumer` for each topic; it lasts until the last one has stopped.

    `options` are aiokafka's own.
    """

    def __init__(
        self,
        group: str,
        topics: Iterable[str],
        policy: FetchPolicy,
        *,
        health: ConsumerHealth,
        idleness: Idleness,
        options: dict[str, Any],
    ) -> None:
        self.group = group
        self.health = health
        self._idleness = idleness
        self.kafka = AIOKafkaConsumer(group_id=group, **options)
        self._topics = sorted(topics)
        self._policy = policy
        self._consumers: list[TopicConsumer] = []  # in their order: a simulated run repeats itself
        self._starting: asyncio.Task[None] | None = None
        self._joined = False

    def add(self, consumer: TopicConsumer) -> None:
        """Let a topic's consumer read what this member reads."""
        self._consumers.append(consumer)

    async def start(self) -> None:
        """Connect and join the group, once for all topics; raises what keeps it from that, to each that waits."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        await asyncio.shield(self._starting)

    async def _start(self) -> None:
        self.kafka.subscribe(self._topics, listener=self)
        await self.kafka.start()
        follow(self._policy, self.kafka, self._topics, self._idleness)

    async def stop(self, consumer: TopicConsumer) -> None:
        """Leave the group, if this was the last of the topics' consumers."""
        if consumer in self._consumers:
            self._consumers.remove(consumer)
        if self._consumers:
            return
        if self._starting is not None and not self._starting.done():
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        await self.kafka.stop()

    async def read(
        self, consumer: TopicConsumer, partitions: Sequence[TopicPartition], seconds: float, most: int | None
    ) -> Mapping[TopicPartition, Sequence[ConsumerRecord]]:
        """Return what there is in these partitions, at once; nothing after `seconds`.

        Raises `KafkaError`, noted in the health: of one topic for its consumer, of the group for all.
        """
        try:
            found: Mapping[TopicPartition, Sequence[ConsumerRecord]] = await self.kafka.getmany(
                *partitions, timeout_ms=int(seconds * 1000), max_records=most
            )
        except KafkaError as error:
            self._note_refusal(consumer, error)
            raise
        return found

    def _note_refusal(self, consumer: TopicConsumer, error: KafkaError) -> None:
        refusal = as_transient(error)
        if not isinstance(refusal, NeedsOperator):
            return
        own = isinstance(error, TopicAuthorizationFailedError)
        for one in [consumer] if own else self._consumers:
            self.health.refused_consumers.note(one.name, str(refusal))
        if not own and self._joined:
            # aiokafka's heartbeat has ended with the error and would raise it for ever, also when the right is back.
            self._joined = False
            self.kafka.subscribe(self._topics, listener=self)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Tell each topic's consumer that it has its partitions no longer."""
        for consumer, own in self._by_consumer(revoked):
            consumer.forget()
            if consumer.listener is not None:
                await _called(consumer.listener.on_partitions_revoked(own))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Tell each topic's consumer which partitions it has from now on."""
        self._joined = True
        for consumer, own in self._by_consumer(assigned):
            if consumer.listener is not None:
                await _called(consumer.listener.on_partitions_assigned(own))

    def _by_consumer(self, partitions: Iterable[TopicPartition]) -> list[tuple[TopicConsumer, set[TopicPartition]]]:
        every = list(partitions)
        return [(one, {part for part in every if part.topic in one.topics}) for one in self._consumers]


async def _called(outcome: object) -> None:
    if inspect.isawaitable(outcome):
        await outcome
