"""The Kafka broker with settings that lose nothing (the reasons are beside each)."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from chassis.settings import ChassisSettings

_METADATA_MAX_AGE_MS = 30_000
"""A topic that was missing at the start is noticed within this time."""


_WAIT_MS = 1000


class LongPollingConsumer(AIOKafkaConsumer):  # type: ignore[misc]  # untyped in aiokafka
    """A consumer that wakes when there is something to read.

    FastStream looks for a batch as often as its time-out says, and sleeps as long again: with a time-out short enough
    for latency, five subscribers looked 250 times a second, a tenth of an idle service's CPU.
    """

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> Mapping[TopicPartition, Sequence[ConsumerRecord]]:
        """Return what there is, at once; nothing after a second."""
        waiting = max(timeout_ms, _WAIT_MS)
        found: Mapping[TopicPartition, Sequence[ConsumerRecord]] = await super().getmany(
            *partitions, timeout_ms=waiting, max_records=max_records
        )
        return found


class ServiceBroker(KafkaBroker):
    """A broker whose subscribers wait for records, and start side by side.

    One after the other, each waits for its own rebalance of the group: five took 20 s on the embedded broker, 4 s so.
    """

    async def start(self) -> None:
        """Connect, start all subscribers and publishers; raises the first error after every start has ended."""
        await self.connect()
        config: Any = self.config.broker_config
        config.builder = partial(LongPollingConsumer, **config.builder.keywords)  # it has no option for the class
        starts = [*(sub.start() for sub in self.subscribers), *(pub.start() for pub in self.publishers)]
        outcomes = await asyncio.gather(*starts, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        self.running = True


def make_broker(settings: ChassisSettings, *, app_name: str) -> KafkaBroker:
    """Return the broker of a service, not yet connected."""
    return ServiceBroker(
        [server.strip() for server in settings.kafka_bootstrap.split(",")],
        client_id=app_name,
        # The default policy commits before handling: at most once.
        ack_policy=AckPolicy.NACK_ON_ERROR,
        # Without idempotence the default is acks=1: a lost leader would lose what it confirmed.
        acks="all",
        enable_idempotence=settings.kafka_idempotence,
        # Auto-created topics get the broker's number of partitions, not ours.
        allow_auto_create_topics=False,
        # Waiting gains nothing where many messages are sent without awaiting each.
        linger_ms=0,
        # None would cancel the batch in flight at once.
        graceful_timeout=settings.shutdown_seconds,
        metadata_max_age_ms=_METADATA_MAX_AGE_MS,
        # Records are decoded by us, each alone.
        apply_types=False,
        logger=logging.getLogger("chassis.faststream"),
        # Its line per batch received and processed.
        log_level=logging.DEBUG,
    )
