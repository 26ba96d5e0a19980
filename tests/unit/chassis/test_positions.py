"""Where a consumer stands: which lag is exported, and when retention took records unread."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from prometheus_client import REGISTRY

from chassis.messaging.positions import Positions

FIRST = TopicPartition("t", 0)


@dataclass
class Partition:
    """One partition as the consumer knows it."""

    end: int = 100
    committed_offset: int | None = None
    beginning: int = 0
    asked: list[str] = field(default_factory=list)

    def highwater(self, _: TopicPartition) -> int | None:
        return self.end

    async def committed(self, _: TopicPartition) -> int | None:
        self.asked.append("committed")
        return self.committed_offset

    async def beginning_offsets(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        self.asked.append("beginning")
        return dict.fromkeys(partitions, self.beginning)

    async def end_offsets(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 1000)


def record(offset: int) -> ConsumerRecord:
    return ConsumerRecord("t", 0, offset, 0, 0, None, b"", None, 0, 0, ())


def records(*offsets: int) -> list[ConsumerRecord]:
    return [record(offset) for offset in offsets]


def gaps(group: str) -> float:
    return REGISTRY.get_sample_value("tandem_offset_gaps_total", {"topic": "t", "group": group}) or 0


def lag(group: str) -> float | None:
    return REGISTRY.get_sample_value("tandem_consumer_lag", {"topic": "t", "group": group, "partition": "0"})


@pytest.mark.parametrize(
    ("partition", "first", "expected"),
    [
        (Partition(), 0, 0),
        (Partition(beginning=7), 7, 0),
        (Partition(committed_offset=5), 5, 0),
        (Partition(committed_offset=5, beginning=9), 9, 1),
        (Partition(committed_offset=5, beginning=3), 9, 0),
        (Partition(committed_offset=5), 2, 0),
    ],
    ids=["first start", "first start, old ones gone", "went on", "taken", "compacted", "delivered again"],
)
async def test_a_gap_is_what_retention_took_since_the_last_commit(
    partition: Partition, first: int, expected: int, request: pytest.FixtureRequest
) -> None:
    group = request.node.name
    await Positions("t", group).read(partition, records(first, first + 1))
    assert gaps(group) == expected


async def test_what_follows_is_compared_without_asking_the_broker() -> None:
    positions, partition = Positions("t", "quiet"), Partition(committed_offset=5)
    for first in (5, 7, 9):
        await positions.read(partition, records(first, first + 1))
    assert partition.asked == ["committed"]
    partition.beginning = 20
    await positions.read(partition, records(20))
    assert gaps("quiet") == 1


async def test_the_lag_of_a_partition_ends_with_its_assignment() -> None:
    positions = Positions("t", "leaving")
    await positions.read(Partition(end=10), records(3, 4))
    assert lag("leaving") == 7, "what is in hand is not done"
    positions.processed(records(3, 4))
    assert lag("leaving") == 5
    await positions.look_ahead(Partition())
    assert lag("leaving") == 995, "the broker knows more than the last fetch said"
    positions.forget([FIRST, TopicPartition("t", 1)])
    assert lag("leaving") is None
