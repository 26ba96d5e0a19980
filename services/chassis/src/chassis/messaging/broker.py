"""The Kafka broker with settings that lose nothing (the reasons are beside each)."""

import asyncio
import logging
from collections.abc import Iterable
from functools import partial
from typing import Any

from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from chassis.messaging.consumer_health import health_of
from chassis.messaging.group.fetching import FetchPolicy
from chassis.messaging.group.member import GroupMember
from chassis.messaging.group.topic_consumer import TopicConsumer
from chassis.messaging.idle import idleness_of
from chassis.messaging.kafka_security import security_of
from chassis.settings import ChassisSettings

_METADATA_MAX_AGE_MS = 30_000
"""A topic that was missing at the start is noticed within this time."""


class ServiceBroker(KafkaBroker):
    """A broker whose subscribers of one group share a member of it, and start side by side."""

    fetch_policy = FetchPolicy()

    async def start(self) -> None:
        """Connect, start all subscribers and publishers; raises the first error after every start has ended."""
        await self.connect()
        config: Any = self.config.broker_config
        # It has no option for what makes a subscriber's consumer.
        config.builder = partial(self._topic_consumer, {}, **config.builder.keywords)
        starts = [*(sub.start() for sub in self.subscribers), *(pub.start() for pub in self.publishers)]
        outcomes = await asyncio.gather(*starts, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        self.running = True

    def _topic_consumer(self, members: dict[str, GroupMember], *, group_id: str, **options: Any) -> TopicConsumer:  # noqa: ANN401 - aiokafka's
        """Return the consumer of a subscriber; the first one of a group makes the group's member."""
        if group_id not in members:
            members[group_id] = GroupMember(
                group_id,
                self._topics_of(group_id),
                self.fetch_policy,
                health=health_of(self),
                idleness=idleness_of(self),
                options=options,
            )
        return TopicConsumer(members[group_id])

    def _topics_of(self, group: str) -> set[str]:
        subscribers: Iterable[Any] = self.subscribers  # untyped there: ours all read by topics, in a group
        return {topic for one in subscribers if one.group_id == group for topic in one.topic_names}

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
    pause = settings.kafka_fetch_pause_ms
    broker.fetch_policy = FetchPolicy(
        settings.kafka_fetch_max_wait_ms, pause, settings.kafka_idle_fetch_pause_ms or pause
    )
    return broker
