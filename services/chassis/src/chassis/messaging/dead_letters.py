"""Dead letters: what can never be processed goes to `<topic>.dlq` as it came, with the reason in its headers.

A record just under Kafka's limit is above it with those headers: then it is cut.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import structlog
from aiokafka import ConsumerRecord, TopicPartition
from faststream.kafka import KafkaBroker

from chassis.errors import Rejected, Transient
from chassis.messaging.publisher import MAX_VALUE_BYTES
from chassis.messaging.topics import dlq_topic
from chassis.observability.metrics import DEAD_LETTERED, DEAD_LETTERS
from chassis.observability.private_text import without_input
from chassis.outages import outages_as_transient

log = structlog.get_logger()

_SECONDS = 10.0
_PARTITION: Final = 0
"""A dead-letter topic has no other: little goes there."""
_ERROR_CHARACTERS = 2000
_HEADER_BYTES: Final = 10
"""What a header needs beside its name and value, at most."""
_CUT_BYTES: Final = 40
"""Room for the header that names what was cut."""


@dataclass(frozen=True)
class DeadLetter:
    """A record as it goes to the dead-letter topic."""

    value: bytes | None
    key: bytes | None
    headers: dict[str, str]


def dead_letter_of(record: ConsumerRecord, *, group: str, reason: str, error: Exception, limit: int) -> DeadLetter:
    """Return the dead letter of a record, in no more than `limit` bytes.

    What has no room is cut at its end, and `dlq_cut` names it: the record's own headers, its key, its value. The whole
    record is still where `dlq_topic`, `dlq_partition` and `dlq_offset` say, for as long as its topic keeps it.
    """
    about = _about(record, group, reason, error)
    room = max(0, limit - _size(about) - _CUT_BYTES)
    # A header that is no text may be the very reason for being here: keep it readable rather than fail again.
    own = {name: value.decode(errors="backslashreplace") for name, value in record.headers}
    headers = own if _size(own) <= room // 2 else {}
    key = _cut(record.key, (room - _size(headers)) // 2)
    value = _cut(record.value, room - _size(headers) - len(key or b""))
    cut = [
        name
        for name, kept, whole in (("headers", headers, own), ("key", key, record.key), ("value", value, record.value))
        if kept != whole
    ]
    return DeadLetter(value, key, headers | about | ({"dlq_cut": ",".join(cut)} if cut else {}))


def _about(record: ConsumerRecord, group: str, reason: str, error: Exception) -> dict[str, str]:
    return {
        "dlq_reason": reason,
        "dlq_error": str(error)[:_ERROR_CHARACTERS],
        "dlq_topic": record.topic,
        "dlq_partition": str(record.partition),
        "dlq_offset": str(record.offset),
        "dlq_group": group,
        "dlq_value_bytes": str(len(record.value or b"")),
    }


def _size(headers: Mapping[str, str]) -> int:
    return sum(len(name.encode()) + len(value.encode()) + _HEADER_BYTES for name, value in headers.items())


def _cut(part: bytes | None, room: int) -> bytes | None:
    return part if part is None or len(part) <= room else part[:room]


async def dead_letter(
    broker: KafkaBroker, record: ConsumerRecord, *, group: str, reason: str, error: Exception
) -> None:
    """Put a record on its dead-letter topic; `Transient` where the broker does not take it.

    Where the topic's limit is lower than Kafka's default, what is about the record goes there, and nothing of it.
    """
    log.error(
        "dead_letter",
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        group=group,
        reason=reason,
        error=without_input(error)[:500],
    )

    async def attempt(limit: int) -> None:
        letter = dead_letter_of(record, group=group, reason=reason, error=error, limit=limit)
        await _publish(broker, dlq_topic(record.topic), letter)

    try:
        await attempt(MAX_VALUE_BYTES)
    except Rejected:
        await attempt(0)
    DEAD_LETTERED.labels(record.topic, reason).inc()


class Ends(Protocol):
    """What is asked of aiokafka's consumer about a topic that it does not read."""

    async def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the first offset that is still there, by partition."""
        ...

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the offset after the last record, by partition."""
        ...


async def count_dead_letters(topic: str, consumer: Ends) -> None:
    """Count the dead letters of a topic; a record that was produced again is still there until retention takes it."""
    letters = [TopicPartition(dlq_topic(topic), _PARTITION)]
    async with asyncio.timeout(_SECONDS):
        ends, begins = await asyncio.gather(consumer.end_offsets(letters), consumer.beginning_offsets(letters))
    DEAD_LETTERS.labels(topic).set(sum(ends.values()) - sum(begins.values()))


async def _publish(broker: KafkaBroker, topic: str, letter: DeadLetter) -> None:
    value = letter.value if letter.value is not None or letter.key is not None else b""
    try:
        with outages_as_transient():
            async with asyncio.timeout(_SECONDS):
                await broker.publish(value, topic=topic, key=letter.key, headers=letter.headers)
    except TimeoutError as late:
        raise Transient("kafka_unavailable", "the dead letter was not confirmed in time") from late
