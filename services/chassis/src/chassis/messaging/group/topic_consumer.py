"""What a subscriber of one topic is given for a consumer: its own partitions of a member that reads several topics.

A topic whose handler is slow holds up no other: each takes its own records, at its own pace, and commits its own
positions. What the group is refused concerns all of them, what a topic is refused that one alone.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import ConsumerStoppedError

from chassis.messaging.consumer_health import ConsumerHealth

_WAIT_SECONDS = 5.0
_UNKNOWN_SECONDS = 1.0


class Member(Protocol):
    """What is asked of `member.GroupMember`."""

    group: str
    health: ConsumerHealth
    kafka: AIOKafkaConsumer

    def add(self, consumer: "TopicConsumer") -> None:
        """Let a topic's consumer read what this member reads."""
        ...

    async def start(self) -> None:
        """Connect and join the group, once for all topics."""
        ...

    async def stop(self, consumer: "TopicConsumer") -> None:
        """Leave the group, if this was the last of the topics' consumers."""
        ...

    async def read(
        self, consumer: "TopicConsumer", partitions: Sequence[TopicPartition], seconds: float, most: int | None
    ) -> Mapping[TopicPartition, Sequence[ConsumerRecord]]:
        """Return what there is in these partitions, at once; nothing after `seconds`."""
        ...


class TopicConsumer:
    """Has the methods of aiokafka's consumer that FastStream calls; one task reads from it at a time.

    FastStream looks for a batch as often as its time-out says, and sleeps as long again: with a time-out short enough
    for latency, five subscribers looked 250 times a second, a tenth of an idle service's CPU. And it logs an error of
    the subscription, and asks again, for ever.
    """

    def __init__(self, member: Member) -> None:
        self.topics: frozenset[str] = frozenset()
        self.listener: ConsumerRebalanceListener | None = None
        self._member = member
        self._handed: dict[TopicPartition, int] = {}
        self._stopped = False
        member.add(self)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - aiokafka's
        """Return what is the same for all topics of the member: offsets, and what FastStream logs."""
        return getattr(self._member.kafka, name)

    @property
    def name(self) -> str:
        """What probes and logs call it: topic and group."""
        return f"{','.join(sorted(self.topics))}@{self._member.group}"

    def subscribe(
        self, topics: Iterable[str] = (), pattern: str | None = None, listener: ConsumerRebalanceListener | None = None
    ) -> None:
        """Read these topics, which the member has subscribed to; `listener` hears of each rebalance."""
        if pattern is not None:
            raise ValueError("topics are subscribed to by their names")
        self.topics, self.listener = frozenset(topics), listener

    async def start(self) -> None:
        """Join the group."""
        await self._member.start()

    async def stop(self) -> None:
        """Stop reading, and leave the group when all its topics have been stopped."""
        self._stopped = True
        await self._member.stop(self)

    async def getmany(
        self, *, timeout_ms: int = 0, max_records: int | None = None
    ) -> Mapping[TopicPartition, Sequence[ConsumerRecord]]:
        """Return what there is, at once; nothing after seconds. Raises `KafkaError`, noted in the health."""
        if self._stopped:
            raise ConsumerStoppedError
        self._handed = {}
        self._member.health.polled(self.name)
        # All of them, not those that are assigned now: a rebalance may come while we wait.
        every = [TopicPartition(topic, n) for topic in self.topics for n in self._numbers(topic)]
        if not every:  # aiokafka would take it for all topics
            self._member.health.refused_consumers.note(self.name, "topic_unknown: missing, or no right to it")
            await asyncio.sleep(_UNKNOWN_SECONDS)
            return {}
        found = await self._member.read(self, every, max(timeout_ms / 1000, _WAIT_SECONDS), max_records)
        if any(part.topic in self.topics for part in self._member.kafka.assignment()):
            self._member.health.refused_consumers.clear(self.name)
        if found:
            self._handed = {part: await self._member.kafka.position(part) for part in found}
            self._member.health.handed(self.name)
        return found

    def _numbers(self, topic: str) -> Iterable[int]:
        return self._member.kafka.partitions_for_topic(topic) or ()

    async def commit(self) -> None:
        """Commit the batch that was handed out last, unless its partitions were revoked meanwhile."""
        if handed := self._handed:
            self._handed = {}
            await self._member.kafka.commit(handed)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Go back to a record of the batch that was handed out last, unless its partition was revoked meanwhile."""
        if self._handed.pop(partition, None) is not None:
            self._member.kafka.seek(partition, offset)

    def forget(self) -> None:
        """Hear that the partitions are another's: what was handed out before is not committed any more."""
        self._handed = {}
