"""The few things that are asked of Kafka: which topics there are, what is on them, one record, one more record."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from chassis.messaging.kafka_security import client_arguments
from chassis.settings import ChassisSettings
from tandem.errors import CommandFailed, Exit
from tandem.letters.letter import SUFFIX, Place
from tandem.settings import Settings

_POLL_MS = 500
_LARGEST_BYTES = 64 * 1024 * 1024
"""Above any limit that a topic is likely to have: whether a record is too large is the broker's to say."""


class Kafka:
    """A broker as an operator's program uses it: no group is joined, and nothing committed."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        self._arguments = arguments

    async def dead_letter_topics(self) -> list[str]:
        """Return the dead-letter topics."""
        async with self._admin() as admin:
            return sorted(topic for topic in await admin.list_topics() if topic.endswith(SUFFIX))

    async def is_compacted(self, topic: str) -> bool:
        """Whether a topic keeps the last record of a key for good."""
        async with self._admin() as admin:
            answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
        entries = [entry for answer in answers for resource in answer.resources for entry in resource[4]]
        return any(name == "cleanup.policy" and "compact" in value for name, value, *_ in entries)

    async def records(self, topics: Sequence[str]) -> list[ConsumerRecord]:
        """Return all that is on some topics now."""
        if not topics:
            return []
        async with self._consumer(*topics) as consumer:
            partitions = sorted(consumer.assignment())
            return await _read(consumer, partitions, await consumer.beginning_offsets(partitions))

    async def record(self, place: Place) -> ConsumerRecord | None:
        """Return one record, None where the topic does not keep it any more."""
        partition = TopicPartition(place.topic, place.partition)
        async with self._consumer() as consumer:
            consumer.assign([partition])
            begin, end = await consumer.beginning_offsets([partition]), await consumer.end_offsets([partition])
            if not begin[partition] <= place.offset < end[partition]:
                return None
            consumer.seek(partition, place.offset)
            record = await consumer.getone(partition)
        return record if record.offset == place.offset else None

    async def has_newer(self, place: Place, key: bytes | None) -> bool:
        """Whether a record of the same key came after a place on its topic."""
        partition = TopicPartition(place.topic, place.partition)
        async with self._consumer() as consumer:
            consumer.assign([partition])
            later = await _read(consumer, [partition], {partition: place.offset + 1})
        return any(record.key == key for record in later)

    @asynccontextmanager
    async def producer(self) -> AsyncIterator[AIOKafkaProducer]:
        """Open a producer that waits for all replicas."""
        producer = AIOKafkaProducer(**self._arguments, acks="all", max_request_size=_LARGEST_BYTES)
        async with _opened(producer):
            yield producer

    @asynccontextmanager
    async def _consumer(self, *topics: str) -> AsyncIterator[AIOKafkaConsumer]:
        # By the default, `latest`, a reset that is under way can overtake the first `seek`.
        how = {"enable_auto_commit": False, "auto_offset_reset": "earliest", "fetch_max_wait_ms": 50}
        consumer = AIOKafkaConsumer(*topics, **self._arguments, **how)
        async with _opened(consumer):
            yield consumer

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(**self._arguments)
        try:
            async with _away_as_failure():
                await admin.start()
                yield admin
        finally:
            await admin.close()


def kafka_of(settings: Settings) -> Kafka:
    """Return the broker that the settings name."""
    if not settings.kafka_bootstrap:
        raise CommandFailed(Exit.USAGE, "where is Kafka? Give --kafka or set TANDEM_KAFKA_BOOTSTRAP")
    return Kafka(client_arguments(cast("ChassisSettings", settings)))  # the same fields by the same names


@asynccontextmanager
async def _opened(client: AIOKafkaConsumer | AIOKafkaProducer) -> AsyncIterator[None]:
    try:
        async with _away_as_failure():
            await client.start()
            yield
    finally:
        await client.stop()


@asynccontextmanager
async def _away_as_failure() -> AsyncIterator[None]:
    try:
        yield
    except KafkaError as error:
        raise CommandFailed(Exit.AWAY, f"Kafka: {error}") from error


async def _read(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], begin: dict[TopicPartition, int]
) -> list[ConsumerRecord]:
    """Return what is on partitions from given offsets to their present ends."""
    ends = await consumer.end_offsets(partitions)
    for one in partitions:
        consumer.seek(one, max(begin[one], 0))
    found: list[ConsumerRecord] = []
    while [one for one in partitions if await consumer.position(one) < ends[one]]:
        batches = await consumer.getmany(timeout_ms=_POLL_MS)
        found += [record for records in batches.values() for record in records]
    return [one for one in found if one.offset < ends[TopicPartition(one.topic, one.partition)]]
