"""Where a consumer stands in its partitions: the lag that is exported, and records that retention took unread."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from chassis.observability.metrics import CONSUMER_LAG, OFFSET_GAPS

log = structlog.get_logger()

_SECONDS = 5.0


class Offsets(Protocol):
    """What is asked of aiokafka's consumer."""

    def highwater(self, partition: TopicPartition) -> int | None:
        """Return the offset after the last record of a partition, None before it is known."""
        ...

    async def committed(self, partition: TopicPartition) -> int | None:
        """Return the offset from which the group goes on, None where it never committed one."""
        ...

    async def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the first offset that is still there, by partition."""
        ...


@dataclass(frozen=True)
class Positions:
    """The positions of one consumer, in the partitions that it has at the moment."""

    topic: str
    group: str
    _next: dict[TopicPartition, int] = field(default_factory=dict)

    async def read(self, consumer: Offsets, records: Sequence[ConsumerRecord]) -> None:
        """Note a batch that was read: export the lag, count a gap before it."""
        firsts = {_partition_of(record): record.offset for record in reversed(records)}
        for partition, first in firsts.items():
            await self._note_gap(consumer, partition, first)
        for partition, last in {_partition_of(record): record.offset for record in records}.items():
            self._next[partition] = last + 1
            end = consumer.highwater(partition)
            if end is not None:
                CONSUMER_LAG.labels(*self._labels(partition)).set(max(0, end - last - 1))

    def forget(self, partitions: Iterable[TopicPartition]) -> None:
        """End the lag series of partitions that others read from now on."""
        for partition in partitions:
            self._next.pop(partition, None)
            try:
                CONSUMER_LAG.remove(*self._labels(partition))
            except KeyError:  # nothing was read from it
                continue

    async def _note_gap(self, consumer: Offsets, partition: TopicPartition, first: int) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                lost = await self._lost_before(consumer, partition, first)
        except (KafkaError, TimeoutError) as error:
            log.warning("gap_unknown", topic=self.topic, group=self.group, error=repr(error))
            return
        if lost > 0:
            OFFSET_GAPS.labels(self.topic, self.group).inc()
            log.error(
                "offset_gap", topic=self.topic, group=self.group, partition=partition.partition, offset=first, lost=lost
            )

    async def _lost_before(self, consumer: Offsets, partition: TopicPartition, first: int) -> int:
        expected = self._next.get(partition)
        if expected is None:
            expected = await consumer.committed(partition)
        if expected is None or first <= expected:
            return 0
        # Compaction leaves holes, too, but it does not move the beginning.
        beginning = (await consumer.beginning_offsets([partition]))[partition]
        return min(first, beginning) - expected

    def _labels(self, partition: TopicPartition) -> tuple[str, str, str]:
        return partition.topic, self.group, str(partition.partition)


def _partition_of(record: ConsumerRecord) -> TopicPartition:
    return TopicPartition(record.topic, record.partition)
