"""Messages on their way out: how they are serialised, what headers travel with them, and how they are published."""

import asyncio
from collections.abc import Sequence
from typing import Self

import structlog
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker
from pydantic import BaseModel, ConfigDict, Field

from chassis.errors import NeedsOperator, Rejected, Transient
from chassis.ids import new_id
from chassis.messaging.consumer_health import health_of
from chassis.messaging.idle import idleness_of
from chassis.messaging.topics import dlq_topic
from chassis.observability.correlation import CORRELATION_HEADER, current_correlation_id
from chassis.observability.metrics import PUBLISHED, REFUSED_AS_TOO_LARGE
from chassis.observability.tracing import trace_headers
from chassis.outages import TOO_LARGE, as_transient, outages_as_transient

log = structlog.get_logger()

MAX_VALUE_BYTES = 950_000
"""Below Kafka's default `message.max.bytes` of 1 MiB, with room for key and headers."""

TYPE_HEADER = "type"
CAUSE_HEADER = "cause"
"""What a message is, and what caused it: by these a consumer passes over what it never wants, without parsing it."""

_PUBLISH_SECONDS = 10.0


class Outgoing(BaseModel):
    """A message as it waits in an outbox: `value` is JSON text, `key` decides the partition.

    `id` is the message's own; `entry_id` tells one sending from another, for a message may be sent again on purpose.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    topic: str
    key: str
    value: str
    headers: dict[str, str] = Field(default_factory=dict)
    entry_id: str = Field(default_factory=new_id)

    def as_dead_letter(self, error: Exception) -> Self:
        """Return what the dead-letter topic is told of a message that its own topic does not take: not its value."""
        about = {
            "dlq_reason": "message_too_large",
            "dlq_error": str(error),
            "dlq_topic": self.topic,
            "dlq_value_bytes": str(len(self.value.encode())),
            "dlq_cut": "value",
        }
        headers = {**self.headers, **about}
        return self.model_copy(update={"topic": dlq_topic(self.topic), "value": "", "headers": headers})


def _correlation_of(message: BaseModel) -> str:
    return getattr(message, "correlation_id", None) or current_correlation_id()


def _filter_headers(message: BaseModel) -> dict[str, str]:
    values = {name: getattr(message, name, None) for name in (TYPE_HEADER, CAUSE_HEADER)}
    return {name: value for name, value in values.items() if isinstance(value, str)}


def outgoing(topic: str, key: str, message: BaseModel) -> Outgoing:
    """Return a message model ready to be sent, with correlation and trace headers of the work in progress.

    Its id is the message's own `id`, where the model has one; its `type` and `cause` are headers, too. Raises
    `Rejected` where it is too large for Kafka.
    """
    value = message.model_dump_json(by_alias=True)
    if len(value.encode()) > MAX_VALUE_BYTES:
        raise Rejected("message_too_large", f"{topic}: {len(value)} characters")
    own = {CORRELATION_HEADER: _correlation_of(message), "content-type": "application/json"}
    headers = {**own, **_filter_headers(message), **trace_headers()}
    return Outgoing(id=getattr(message, "id", None) or new_id(), topic=topic, key=key, value=value, headers=headers)


class Publisher:
    """Publishes to Kafka, many at once, and waits until the broker has them all."""

    def __init__(self, broker: KafkaBroker, *, timeout: float = _PUBLISH_SECONDS) -> None:
        self._broker = broker
        self._timeout = timeout

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Publish in the given order; `Transient` where Kafka did not confirm all of them within seconds.

        A message above its topic's limit is never taken, and to try it again would hold up what comes after it: it
        goes to the dead letters without its value.
        """
        idleness = idleness_of(self._broker)
        if messages:
            idleness.note()
        try:
            with outages_as_transient():
                async with asyncio.timeout(self._timeout):
                    await self._publish(messages)
        except TimeoutError as error:
            idleness.note()
            raise Transient("kafka_unavailable", "no confirmation in time") from error
        except Transient:
            idleness.note()  # wakes what sweeps the outboxes
            raise

    async def _publish(self, messages: Sequence[Outgoing]) -> None:
        # The futures are gathered even after one failed, so that no exception is left unretrieved.
        confirmations = [await self._send(message) for message in messages]
        results = await asyncio.gather(*confirmations, return_exceptions=True)
        for message, result in zip(messages, results, strict=True):
            self._note(message.topic, result)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, TOO_LARGE):
                raise result
        refused = next((n for n, result in enumerate(results) if isinstance(result, TOO_LARGE)), len(messages))
        for message in messages[refused:]:
            await self._publish_alone(message)

    async def _publish_alone(self, message: Outgoing) -> None:
        """Publish a message after a refused batch, which may have been refused for the size of another one.

        What came after it is published again, too, so that the last message of a key stays the last.
        """
        try:
            await (await self._send(message))
        except TOO_LARGE as error:
            REFUSED_AS_TOO_LARGE.labels(message.topic).inc()
            log.error("message_too_large", topic=message.topic, key=message.key, id=message.id)  # noqa: TRY400
            await (await self._send(message.as_dead_letter(error)))
        else:
            PUBLISHED.labels(message.topic).inc()

    async def _send(self, message: Outgoing) -> "asyncio.Future[object]":
        try:
            return await self._broker.publish(
                message.value,
                topic=message.topic,
                key=message.key.encode(),
                headers=message.headers,
                correlation_id=message.headers.get(CORRELATION_HEADER),
                no_confirm=True,
            )
        except KafkaError as error:
            refused: asyncio.Future[object] = asyncio.get_running_loop().create_future()
            refused.set_exception(error)
            return refused

    def _note(self, topic: str, result: object) -> None:
        refusals = health_of(self._broker).refused_topics
        if not isinstance(result, BaseException):
            refusals.clear(topic)
            PUBLISHED.labels(topic).inc()
            REFUSED_AS_TOO_LARGE.labels(topic)  # an alert on a rise needs the series before its first one
        elif isinstance(refusal := as_transient(result), NeedsOperator):
            refusals.note(topic, str(refusal))
