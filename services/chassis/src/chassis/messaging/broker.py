"""The Kafka broker with settings that lose nothing (the reasons are beside each)."""

import asyncio
import logging
from functools import partial
from typing import Any

from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from chassis.messaging.consumer_health import health_of
from chassis.messaging.idle import FetchWaits, idleness_of
from chassis.messaging.kafka_security import security_of
from chassis.messaging.resting_consumer import RestingConsumer
from chassis.settings import ChassisSettings

_METADATA_MAX_AGE_MS = 30_000
"""A topic that was missing at the start is noticed within this time."""


class ServiceBroker(KafkaBroker):
    """A broker whose subscribers wait for records, and start side by side.

    One after the other, each waits for its own rebalance of the group: five took 20 s on the embedded broker, 4 s so.
    """

    async def start(self) -> None:
        """Connect, start all subscribers and publishers; raises the first error after every start has ended."""
        await self.connect()
        config: Any = self.config.broker_config
        # It has no option for the class.
        ours = partial(RestingConsumer, idleness=idleness_of(self), health=health_of(self))
        config.builder = partial(ours, **config.builder.keywords)
        starts = [*(sub.start() for sub in self.subscribers), *(pub.start() for pub in self.publishers)]
        outcomes = await asyncio.gather(*starts, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        self.running = True

    async def stop_consumers(self) -> None:
        """Finish the batches in flight, within the graceful time-out, and leave the groups; all side by side."""
        await asyncio.gather(*(sub.stop() for sub in self.subscribers), return_exceptions=True)


def make_broker(settings: ChassisSettings, *, app_name: str) -> ServiceBroker:
    """Return the broker of a service, not yet connected."""
    broker = ServiceBroker(
        [server.strip() for server in settings.kafka_bootstrap.split(",")],
        client_id=app_name,
        security=security_of(settings),
        # The default policy commits before handling: at most once.
        ack_policy=AckPolicy.NACK_ON_ERROR,
        # Without idempotence the default is acks=1: a lost leader would lose what it confirmed.
        acks="all",
        # Order holds without it: aiokafka has one batch of a partition in flight.
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
    busy = settings.kafka_fetch_max_wait_ms
    idleness_of(broker).waits = FetchWaits(busy, settings.kafka_idle_fetch_max_wait_ms or busy)
    return broker
