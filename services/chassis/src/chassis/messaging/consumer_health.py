"""The health of a broker's clients, as probes ask for it: joined, waiting for something, refused, told to stop."""

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from weakref import WeakKeyDictionary

from aiokafka import TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from faststream.kafka import KafkaBroker

from chassis.messaging.positions import Positions

STUCK_AFTER = timedelta(minutes=5)
"""A rebalance takes seconds; a consumer without partitions still counts as joined."""

HANGS_AFTER = timedelta(minutes=15)
"""A batch that waits for an outage is left for redelivery long before."""

Monotonic = Callable[[], float]


class Refusals:
    """What the broker refuses, by part (a consumer, a topic to publish to), with the reason and since when."""

    def __init__(self, monotonic: Monotonic = time.monotonic) -> None:
        self.reasons: dict[str, str] = {}
        self._since: dict[str, float] = {}
        self._monotonic = monotonic

    def note(self, part: str, reason: str) -> None:
        """Note a refusal; the first one counts for how long it has lasted."""
        self.reasons[part] = reason
        self._since.setdefault(part, self._monotonic())

    def clear(self, part: str) -> None:
        """Note that a part works."""
        self.reasons.pop(part, None)
        self._since.pop(part, None)

    def lasting(self, seconds: float) -> list[str]:
        """Return the parts that have been refused for longer than this."""
        limit = self._monotonic() - seconds
        return [part for part, since in self._since.items() if since < limit]


class ConsumerHealth:
    """What the consumers and the publisher of one broker report. Times are monotonic seconds."""

    def __init__(self, monotonic: Monotonic = time.monotonic) -> None:
        self.stopping = asyncio.Event()
        self.waiting: dict[str, str] = {}
        self.refused_consumers = Refusals(monotonic)
        self.refused_topics = Refusals(monotonic)
        self._monotonic = monotonic
        self._revoked: dict[str, float] = {}
        self._handed: dict[str, float] = {}

    def handed(self, consumer: str) -> None:
        """Note that a consumer has been given a batch."""
        self._handed[consumer] = self._monotonic()

    def polled(self, consumer: str) -> None:
        """Note that a consumer asks for its next batch."""
        self._handed.pop(consumer, None)

    def revoked(self, consumer: str) -> None:
        """Note that a consumer lost its partitions and is about to join again."""
        self._revoked.setdefault(consumer, self._monotonic())

    def joined(self, consumer: str) -> None:
        """Note that a consumer is in its group, with or without partitions."""
        self._revoked.pop(consumer, None)
        self.refused_consumers.clear(consumer)

    def stuck(self) -> list[str]:
        """Return what has been revoked and not joined again, or been refused, for minutes, or hangs in one batch."""
        seconds, now = STUCK_AFTER.total_seconds(), self._monotonic()
        limit = now - seconds
        hanging = {name for name, since in self._handed.items() if since < now - HANGS_AFTER.total_seconds()}
        revoked = {name for name, since in self._revoked.items() if since < limit}
        refused = {*self.refused_consumers.lasting(seconds), *self.refused_topics.lasting(seconds)}
        return sorted(revoked | refused | hanging)

    async def pause(self, seconds: float) -> None:
        """Sleep, but no longer than until the process is told to stop."""
        try:
            await asyncio.wait_for(self.stopping.wait(), timeout=seconds)
        except TimeoutError:
            return


class RebalanceListener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka carries no types
    """Reports the rebalances of one consumer to the health and to its positions."""

    def __init__(self, health: ConsumerHealth, consumer: str, positions: Positions) -> None:
        self._health = health
        self._consumer = consumer
        self._positions = positions

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Note the begin of a rebalance."""
        self._positions.forget(revoked)
        self._health.revoked(self._consumer)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:  # noqa: ARG002
        """Note the end of a rebalance."""
        self._health.joined(self._consumer)


_health: WeakKeyDictionary[KafkaBroker, ConsumerHealth] = WeakKeyDictionary()


def health_of(broker: KafkaBroker) -> ConsumerHealth:
    """Return the health of a broker's consumers."""
    return _health.setdefault(broker, ConsumerHealth())
