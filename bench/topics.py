"""All topics of a stand, ours and the floor's, and their partitions."""

from collections.abc import Iterable
from typing import Final

from aiokafka import TopicPartition

from bench.floor.common import TOPICS as FLOOR_TOPICS
from chassis.messaging.topics import TopicSpec
from contracts.catalogue import all_topics

_PARTITIONS: Final = 12
"""As many as ours of the hot path have."""

SPECS: Final = (
    *(TopicSpec(topic.name, topic.partitions, topic.config) for topic in all_topics()),
    *(TopicSpec(name, _PARTITIONS) for name in FLOOR_TOPICS),
)


def partitions_of(topics: Iterable[str]) -> list[TopicPartition]:
    """Return the partitions of some topics."""
    wanted = set(topics)
    return [
        TopicPartition(spec.name, number) for spec in SPECS if spec.name in wanted for number in range(spec.partitions)
    ]
