"""Where a consumer stands in its partitions: the lag that is exported, and records that retention took unread."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
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

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the offset after the last record, by partition, as the broker says now."""
        ...


@dataclass(frozen=True)
class Positions:
    """The positions of one consumer, in the partitions that it has at the moment."""

    topic: str
    group: str
    _next: dict[TopicPartition, int] = field(default_factory=dict)
    _processed: dict[TopicPartition, int] = field(default_factory=dict)
    _ends: dict[TopicPartition, int] = field(default_factory=dict)

    async def read(self, consumer: Offsets, records: Sequence[ConsumerRecord]) -> None:
        """Note a batch that was read: export the lag from now on, count a gap before it."""
        firsts = {_partition_of(record): record.offset for record in reversed(records)}
        for partition, first in firsts.items():
            await self._note_gap(consumer, partition, first)
            if partition not in self._processed:
                self._processed[partition] = first
                lag = partial(self._lag, consumer, partition)
                CONSUMER_LAG.labels(*self._labels(partition)).set_function(lag)
        self._next.update(_ends(records))

    def processed(self, records: Sequence[ConsumerRecord]) -> None:
        """Note that all of a batch was processed."""
        self._processed.update(_ends(records))

    def forget(self, partitions: Iterable[TopicPartition]) -> None:
        """End the lag series of partitions that others read from now on."""
        for partition in partitions:
            self._next.pop(partition, None)
            self._processed.pop(partition, None)
            self._ends.pop(partition, None)
            try:
                CONSUMER_LAG.remove(*self._labels(partition))
            except KeyError:  # nothing was read from it
                continue

    async def look_ahead(self, consumer: Offsets) -> None:
        """Ask where the partitions end: one that hangs with its records in hand fetches no more, and hears of none."""
        if self._processed:
            async with asyncio.timeout(_SECONDS):
                self._ends.update(await consumer.end_offsets(list(self._processed)))

    def _lag(self, consumer: Offsets, partition: TopicPartition) -> float:
        """Return the lag as it is when it is scraped."""
        done = self._processed.get(partition)
        try:
            end = consumer.highwater(partition)
        except (AssertionError, KafkaError):  # the partition is just being taken away
            return 0
        return 0 if done is None else max(0, max(end or 0, self._ends.get(partition, 0)) - done)

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


def _ends(records: Sequence[ConsumerRecord]) -> dict[TopicPartition, int]:
    """Return the offset after the last record of each partition."""
    return {_partition_of(record): record.offset + 1 for record in records}


def _partition_of(record: ConsumerRecord) -> TopicPartition:
    return TopicPartition(record.topic, record.partition)
