"""A consumer that asks the broker often while something happens in its process, and rarely at rest."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition

from chassis.messaging.idle import Idleness
from chassis.messaging.long_polling import LongPollingConsumer


class RestingConsumer(LongPollingConsumer):
    """Sets how long the broker may hold its next empty fetch; one that is held just then is not recalled."""

    def __init__(self, *topics: str, idleness: Idleness, **options: Any) -> None:  # noqa: ANN401 - aiokafka's
        super().__init__(*topics, **options)
        self._idleness = idleness
        idleness.wake(self)

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> Mapping[TopicPartition, Sequence[ConsumerRecord]]:
        """Return what there is, as `LongPollingConsumer` does."""
        self.hurry()
        found = await super().getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
        if found:
            self._idleness.note()
        return found

    def hurry(self) -> None:
        """Let the next fetch wait for as long as the process's state says."""
        if self._fetcher is not None:  # aiokafka has no public way to change it; there is none before the start
            wait = self._idleness.waits.of(self.subscription(), idle=self._idleness.idle)
            self._fetcher._fetch_max_wait_ms = wait  # noqa: SLF001
