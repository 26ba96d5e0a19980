"""A Kafka cluster in memory, with what our code relies on: partitions by key, groups with committed offsets, order."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zlib import crc32

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaConnectionError, UnknownTopicOrPartitionError

from tests.simulation.chance import Chance

_HOP = 0.004
"""The longest way to it or back, in seconds."""

Headers = Sequence[tuple[str, bytes]]


@dataclass(frozen=True)
class Draft:
    """A record on its way to a partition."""

    key: bytes | None
    value: bytes | None
    headers: Headers


@dataclass
class Cluster:
    """Topics as logs; `away` while it does not answer."""

    partitions: Mapping[str, int]
    chance: Chance
    away: bool = False
    logs: dict[TopicPartition, list[ConsumerRecord]] = field(default_factory=lambda: defaultdict(list))
    committed: dict[str, dict[TopicPartition, int]] = field(default_factory=lambda: defaultdict(dict))
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def forget(self) -> None:
        """Lose everything, as the embedded broker does when it ends."""
        self.logs.clear()
        self.committed.clear()

    def partition_of(self, topic: str, key: bytes | None) -> TopicPartition:
        """Return where a key's records go. UnknownTopicOrPartitionError where there is no such topic."""
        if topic not in self.partitions:
            raise UnknownTopicOrPartitionError(topic)
        if key is None:
            return TopicPartition(topic, self.chance.rng.randrange(self.partitions[topic]))
        return TopicPartition(topic, crc32(key) % self.partitions[topic])

    def of(self, topic: str) -> list[TopicPartition]:
        """Return the partitions of a topic."""
        return [TopicPartition(topic, number) for number in range(self.partitions.get(topic, 0))]

    async def hop(self) -> None:
        """Travel to it or back. KafkaConnectionError where it does not answer."""
        await self.chance.delay(_HOP)
        if self.away:
            raise KafkaConnectionError("the broker is away")

    def append(self, partition: TopicPartition, drafts: Sequence[Draft], now: float) -> None:
        """Put records at the end of a partition, and wake who waits."""
        log = self.logs[partition]
        log += [_record(partition, offset, draft, now) for offset, draft in enumerate(drafts, len(log))]
        self._news.set()
        self._news = asyncio.Event()

    def end(self, partition: TopicPartition) -> int:
        """Return the offset of the next record."""
        return len(self.logs[partition])

    async def behind(self, positions: Mapping[TopicPartition, int]) -> list[TopicPartition]:
        """Return the partitions that hold records past these positions, once there is one."""
        while not (found := [one for one, position in positions.items() if self.end(one) > position]) or self.away:
            await self._news.wait() if not self.away else await asyncio.sleep(0.1)
        return found

    def records(self) -> Iterator[ConsumerRecord]:
        """Yield all that it holds."""
        for log in self.logs.values():
            yield from log


def _record(partition: TopicPartition, offset: int, draft: Draft, now: float) -> ConsumerRecord:
    return ConsumerRecord(
        topic=partition.topic,
        partition=partition.partition,
        offset=offset,
        timestamp=int(now * 1000),
        timestamp_type=0,
        key=draft.key,
        value=draft.value,
        checksum=None,
        serialized_key_size=len(draft.key or b""),
        serialized_value_size=len(draft.value or b""),
        headers=tuple(draft.headers),
    )
