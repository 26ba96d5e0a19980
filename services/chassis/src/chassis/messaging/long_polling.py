"""A consumer that wakes when there is something to read, and tells the health what keeps it from reading."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from chassis.errors import NeedsOperator
from chassis.messaging.consumer_health import ConsumerHealth
from chassis.outages import as_transient

_WAIT_MS = 1000


class LongPollingConsumer(AIOKafkaConsumer):  # type: ignore[misc]  # untyped in aiokafka
    """A consumer of one topic in a group.

    FastStream looks for a batch as often as its time-out says, and sleeps as long again: with a time-out short enough
    for latency, five subscribers looked 250 times a second, a tenth of an idle service's CPU. And it logs an error of
    the subscription, and asks again, for ever.
    """

    def __init__(self, *topics: str, health: ConsumerHealth, group_id: str | None, **options: Any) -> None:  # noqa: ANN401 - aiokafka's
        super().__init__(*topics, group_id=group_id, **options)
        self._health = health
        self._group = group_id
        self._listener: ConsumerRebalanceListener | None = None

    def subscribe(
        self, topics: Iterable[str] = (), pattern: str | None = None, listener: ConsumerRebalanceListener | None = None
    ) -> None:
        """Subscribe; `listener` hears of each rebalance."""
        self._listener = listener
        super().subscribe(topics, pattern, listener)

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> Mapping[TopicPartition, Sequence[ConsumerRecord]]:
        """Return what there is, at once; nothing after a second. Raises `KafkaError`, noted in the health."""
        waiting = max(timeout_ms, _WAIT_MS)
        try:
            found: Mapping[TopicPartition, Sequence[ConsumerRecord]] = await super().getmany(
                *partitions, timeout_ms=waiting, max_records=max_records
            )
        except KafkaError as error:
            self._refused(error)
            raise
        self._note_that_it_reads()
        return found

    def _refused(self, error: KafkaError) -> None:
        refusal = as_transient(error)
        if not isinstance(refusal, NeedsOperator):
            return
        for topic in self.subscription():
            self._health.refused_consumers.note(self._name(topic), str(refusal))
        if not isinstance(error, TopicAuthorizationFailedError):
            # aiokafka's heartbeat has ended with the error and would raise it for ever, also when the right is back.
            self.subscribe(list(self.subscription()), listener=self._listener)

    def _note_that_it_reads(self) -> None:
        for topic in self.subscription():
            if self.assignment():
                self._health.refused_consumers.clear(self._name(topic))
            elif not self.partitions_for_topic(topic):
                # It has joined its group with nothing to read: no error is raised.
                self._health.refused_consumers.note(self._name(topic), "topic_unknown: missing, or no right to it")

    def _name(self, topic: str) -> str:
        return f"{topic}@{self._group}"
