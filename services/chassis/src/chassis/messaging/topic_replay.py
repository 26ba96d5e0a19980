"""Reads a compacted topic from its beginning, outside any group: for a service whose database has lost what it says."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from chassis.errors import Transient
from chassis.messaging.kafka_security import client_arguments
from chassis.settings import ChassisSettings

log = structlog.get_logger()

M = TypeVar("M")

_POLL_MS = 1000

ReplayConsumerFactory = Callable[[str], AIOKafkaConsumer]
"""Makes a consumer of a topic outside any group, not yet started."""


def make_replay_consumer(settings: ChassisSettings, topic: str) -> AIOKafkaConsumer:
    """Return a consumer of a topic outside any group: it has all partitions once it has started."""
    return AIOKafkaConsumer(
        topic,
        **client_arguments(settings),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=settings.kafka_fetch_max_wait_ms,
    )


async def replay_topic(
    new_consumer: ReplayConsumerFactory, topic: str, parse: Callable[[bytes], M], handle: Callable[[M], Awaitable[None]]
) -> int:
    """Hand on everything that a topic holds now, in order per partition; return how much it was.

    What cannot be parsed is passed over: the topic's consumer has dead-lettered it. `Transient` where Kafka is away, or
    does not know the topic.
    """
    consumer = new_consumer(topic)
    try:
        await consumer.start()
        return await _read_to_the_end(consumer, parse, handle)
    except KafkaError as error:
        raise Transient("kafka_unavailable", str(error)) from error
    finally:
        await consumer.stop()


async def _read_to_the_end(
    consumer: AIOKafkaConsumer, parse: Callable[[bytes], M], handle: Callable[[M], Awaitable[None]]
) -> int:
    partitions: list[TopicPartition] = sorted(consumer.assignment())
    await consumer.seek_to_beginning(*partitions)
    ends, count = await consumer.end_offsets(partitions), 0
    while [one for one in partitions if await consumer.position(one) < ends[one]]:
        for records in (await consumer.getmany(timeout_ms=_POLL_MS)).values():
            for record in records:
                count += await _deliver(record, parse, handle)
    return count


async def _deliver(record: ConsumerRecord, parse: Callable[[bytes], M], handle: Callable[[M], Awaitable[None]]) -> bool:
    try:
        message = parse(record.value or b"")
    except ValueError as error:
        log.warning("record_skipped", topic=record.topic, offset=record.offset, error=type(error).__name__)
        return False
    await handle(message)
    return True
