"""The vital signs of a broker's consumers, as probes ask for them: joined, waiting for something, told to stop."""

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from weakref import WeakKeyDictionary

from aiokafka import TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from faststream.kafka import KafkaBroker

STUCK_AFTER = timedelta(minutes=5)
"""A rebalance takes seconds; a consumer without partitions still counts as joined."""


class ConsumerHealth:
    """What the consumers of one broker report. Times are monotonic seconds."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.stopping = asyncio.Event()
        self.waiting: dict[str, str] = {}
        self._monotonic = monotonic
        self._revoked: dict[str, float] = {}

    def revoked(self, consumer: str) -> None:
        """Note that a consumer lost its partitions and is about to join again."""
        self._revoked.setdefault(consumer, self._monotonic())

    def joined(self, consumer: str) -> None:
        """Note that a consumer is in its group, with or without partitions."""
        self._revoked.pop(consumer, None)

    def stuck(self) -> list[str]:
        """Return the consumers that were revoked minutes ago and have not joined again."""
        limit = self._monotonic() - STUCK_AFTER.total_seconds()
        return sorted(name for name, since in self._revoked.items() if since < limit)

    async def pause(self, seconds: float) -> None:
        """Sleep, but no longer than until the process is told to stop."""
        try:
            await asyncio.wait_for(self.stopping.wait(), timeout=seconds)
        except TimeoutError:
            return


class RebalanceListener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka carries no types
    """Reports the rebalances of one consumer to the health."""

    def __init__(self, health: ConsumerHealth, consumer: str) -> None:
        self._health = health
        self._consumer = consumer

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002
        """Note the begin of a rebalance."""
        self._health.revoked(self._consumer)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:  # noqa: ARG002
        """Note the end of a rebalance."""
        self._health.joined(self._consumer)


_health: WeakKeyDictionary[KafkaBroker, ConsumerHealth] = WeakKeyDictionary()


def health_of(broker: KafkaBroker) -> ConsumerHealth:
    """Return the health of a broker's consumers."""
    return _health.setdefault(broker, ConsumerHealth())
