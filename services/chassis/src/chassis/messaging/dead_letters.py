"""Dead letters: what can never be processed goes to `<topic>.dlq` as it came, with the reason in its headers."""

import asyncio

import structlog
from aiokafka import ConsumerRecord
from faststream.kafka import KafkaBroker

from chassis.errors import Transient
from chassis.outages import outages_as_transient

log = structlog.get_logger()

_SECONDS = 10.0
_ERROR_CHARACTERS = 2000


def dlq_topic(topic: str) -> str:
    """Return the name of a topic's dead-letter topic."""
    return f"{topic}.dlq"


def _headers(record: ConsumerRecord, group: str, reason: str, error: Exception) -> dict[str, str]:
    # A header that is no text may be the very reason for being here: keep it readable rather than fail again.
    original = {name: value.decode(errors="backslashreplace") for name, value in record.headers}
    return original | {
        "dlq_reason": reason,
        "dlq_error": str(error)[:_ERROR_CHARACTERS],
        "dlq_topic": record.topic,
        "dlq_partition": str(record.partition),
        "dlq_offset": str(record.offset),
        "dlq_group": group,
    }


async def dead_letter(
    broker: KafkaBroker, record: ConsumerRecord, *, group: str, reason: str, error: Exception
) -> None:
    """Put a record on its dead-letter topic; `Transient` where the broker does not take it."""
    log.error(
        "dead_letter", topic=record.topic, offset=record.offset, group=group, reason=reason, error=str(error)[:500]
    )
    try:
        with outages_as_transient():
            async with asyncio.timeout(_SECONDS):
                await broker.publish(
                    record.value if record.value is not None or record.key is not None else b"",
                    topic=dlq_topic(record.topic),
                    key=record.key,
                    headers=_headers(record, group, reason, error),
                )
    except TimeoutError as late:
        raise Transient("kafka_unavailable", "the dead letter was not confirmed in time") from late
