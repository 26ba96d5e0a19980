"""Consumers: batches of raw records, each decoded alone, worked off by lanes, all processed before the batch is acked.

FastStream's own decoding would let one bad record keep a whole batch from ever being handled; `record_processing`
says what happens to a record that fails.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from types import MethodType
from typing import Annotated, Any, Generic, TypeVar, cast
from weakref import WeakKeyDictionary

import structlog
from aiokafka import ConsumerRecord
from faststream import AckPolicy
from faststream.exceptions import NackMessage
from faststream.kafka import KafkaBroker, KafkaMessage
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from chassis.clock import Clock
from chassis.ids import new_id
from chassis.messaging.broker import ServiceBroker
from chassis.messaging.consumer_health import RebalanceListener, health_of
from chassis.messaging.dead_letters import count_dead_letters, dead_letter
from chassis.messaging.idle import idleness_of
from chassis.messaging.lanes import run_stages, stages
from chassis.messaging.positions import Offsets, Positions
from chassis.messaging.record_processing import RecordProcessor, RedeliveryNeeded
from chassis.observability.census import Count
from chassis.observability.correlation import CORRELATION_HEADER, bind_causation, bind_correlation
from chassis.observability.metrics import CONSUMED, DEAD_LETTERED, HANDLE_RETRIES, HANDLE_SECONDS, OFFSET_GAPS
from chassis.observability.tracing import message_span
from chassis.settings import ChassisSettings

log = structlog.get_logger()

M = TypeVar("M")

LANES_AT_ONCE = 100
_HEARTBEAT_MS = 500
"""How soon a member hears of a rebalance: what a scaling step, or a pod that leaves, costs those that stay."""
_LOOK_MS = 2000
"""How often aiokafka looks for work that nothing has woken it for; by default five times a second, also at rest."""
_MAX_POLL_INTERVAL_MS = 15 * 60 * 1000


@dataclass(frozen=True)
class Incoming(Generic[M]):
    """A record with its decoded message; `received_at` is when we got it, by our clock."""

    topic: str
    partition: int
    offset: int
    key: str | None
    message: M
    headers: dict[str, str]
    received_at: datetime

    @property
    def lane(self) -> Hashable:
        """The default lane: the key; records without one keep the order of their partition."""
        return self.key if self.key is not None else (self.topic, self.partition)


@dataclass(frozen=True)
class HeaderFilter:
    """Values of a header by which a consumer passes over records without parsing them."""

    header: str = ""
    values: frozenset[bytes] = frozenset()

    def matches(self, record: ConsumerRecord) -> bool:
        """Tell whether a record is passed over; one that lacks the header is not."""
        return bool(self.values) and any(name == self.header and value in self.values for name, value in record.headers)


@dataclass(frozen=True)
class _Payload:
    """Shows an adapter's schema as the payload in the AsyncAPI document; our own decoding does not use it."""

    adapter: TypeAdapter[Any]

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the adapter's own schema in place of the annotated type's."""
        return self.adapter.core_schema

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Return the schema itself, not a reference: FastStream takes the first definition for what one refers to."""
        return handler.resolve_ref_schema(handler(schema))


@dataclass(frozen=True)
class _Undecodable:
    record: ConsumerRecord
    error: Exception


@dataclass(frozen=True)
class _Decoded(Generic[M]):
    record: ConsumerRecord
    incoming: Incoming[M]


class _Meters:
    """The metrics of one consumer: to look each up by its labels for every record took a tenth of its cost."""

    def __init__(self, topic: str, group: str) -> None:
        self.seconds = HANDLE_SECONDS.labels(topic, group)
        self._consumed = {outcome: CONSUMED.labels(topic, group, outcome) for outcome in ("handled", "dead_lettered")}

    def count(self, outcome: str) -> None:
        """Count a record."""
        self._consumed[outcome].inc()


@dataclass(frozen=True)
class _Consumer(Generic[M]):
    broker: KafkaBroker
    processor: RecordProcessor
    parse: Callable[[bytes], M]
    handle: Callable[[Incoming[M]], Awaitable[None]]
    lane: Callable[[Incoming[M]], Hashable | None]
    skip: HeaderFilter
    clock: Clock
    meters: _Meters

    async def take(self, records: Sequence[ConsumerRecord]) -> None:
        """Process a batch, or leave it whole for redelivery."""
        items = [self._decode(record) for record in records if not self.skip.matches(record)]
        try:
            await run_stages(stages(items, self._lane_of), self._process, at_once=LANES_AT_ONCE)
        except* RedeliveryNeeded as group:
            log.warning("batch_redelivered", consumer=self.processor.name, error=str(group.exceptions[0]))
            raise NackMessage from group

    def _decode(self, record: ConsumerRecord) -> _Decoded[M] | _Undecodable:
        try:
            incoming = Incoming(
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                key=None if record.key is None else record.key.decode(),
                message=self.parse(record.value or b""),
                headers={name: value.decode() for name, value in record.headers},
                received_at=self.clock.now(),
            )
        except Exception as error:  # noqa: BLE001 - whatever the bytes provoke, they will provoke it again
            return _Undecodable(record, error)
        return _Decoded(record, incoming)

    def _lane_of(self, item: _Decoded[M] | _Undecodable) -> Hashable | None:
        if isinstance(item, _Undecodable):
            return (item.record.topic, item.record.partition, item.record.offset)
        return self.lane(item.incoming)

    async def _process(self, item: _Decoded[M] | _Undecodable) -> None:
        processor = self.processor

        async def to_dead_letters(reason: str, error: Exception) -> None:
            await dead_letter(self.broker, item.record, group=processor.group, reason=reason, error=error)

        async def work() -> None:
            if isinstance(item, _Undecodable):
                return await to_dead_letters("undecodable", item.error)
            return await self._handle(item.incoming)

        begun = perf_counter()
        try:
            outcome = await processor.process(work, to_dead_letters)
        finally:
            self.meters.seconds.observe(perf_counter() - begun)
        self.meters.count("dead_lettered" if isinstance(item, _Undecodable) else outcome)

    async def _handle(self, incoming: Incoming[M]) -> None:
        own = getattr(incoming.message, "correlation_id", None)
        bind_correlation(own or incoming.headers.get(CORRELATION_HEADER) or new_id())
        bind_causation(getattr(incoming.message, "id", None))
        with message_span(incoming.topic, incoming.headers):
            await self.handle(incoming)


async def _raw_batch(records: tuple[ConsumerRecord, ...], original: Callable[[Any], Awaitable[Any]]) -> KafkaMessage:
    parser: Any = cast(
        "MethodType", original
    ).__self__  # FastStream's batch parser; its own method would decode headers and fail on bad ones
    first = records[0]
    message: KafkaMessage = parser.msg_class(
        body=records,
        headers={},
        batch_headers=[],
        reply_to="",
        content_type=None,
        message_id=f"{first.topic}:{first.partition}:{first.offset}+{len(records)}",
        correlation_id=None,
        raw_message=records,
        path={},
        consumer=parser._consumer,  # noqa: SLF001 - not handed over otherwise
    )
    return message


async def _raw_body(message: KafkaMessage) -> KafkaMessage:
    return message


def consume(  # noqa: PLR0913 - a consumer's whole policy in one place
    broker: ServiceBroker,
    *,
    topic: str,
    group: str,
    schema: TypeAdapter[M],
    handle: Callable[[Incoming[M]], Awaitable[None]],
    settings: ChassisSettings,
    clock: Clock,
    lane: Callable[[Incoming[M]], Hashable | None] | None = None,
    max_records: int = 200,
    retries: int = 5,
    skip: HeaderFilter | None = None,
    urgent: bool = True,
) -> None:
    """Register a consumer of a topic.

    `schema` parses each record and is its payload in the AsyncAPI document. `handle` must be idempotent;
    `record_processing` says what its errors lead to. `lane` names what must stay in order (default: the key); None for
    a record makes it a barrier: all before it finish first, then it runs alone. `skip` names records to pass over
    unparsed. Nobody waits for the records of a topic that is not `urgent`: at rest it is asked for rarely.
    """
    health, idleness = health_of(broker), idleness_of(broker)
    if not urgent:
        broker.fetch_policy = broker.fetch_policy.without_hurry_for(topic)
    processor = RecordProcessor(topic, group, health, retries)
    in_order = lane or (lambda incoming: incoming.lane)
    meters, passed_over = _Meters(topic, group), skip or HeaderFilter()
    consumer = _Consumer(broker, processor, schema.validate_json, handle, in_order, passed_over, clock, meters)

    positions = Positions(topic, group)
    _show_from_the_start(topic, group)

    async def batch(message: KafkaMessage) -> None:
        idleness.note()
        await positions.read(cast("Offsets", message.consumer), message.raw_message)
        await consumer.take(message.raw_message)
        positions.processed(message.raw_message)

    batch.__name__ = f"{group}_{topic}".replace(".", "_").replace("-", "_")
    batch.__annotations__ = {"message": Annotated[Any, _Payload(schema)]}
    subscriber = broker.subscriber(
        topic,
        group_id=group,
        batch=True,
        max_records=max_records,
        batch_timeout_ms=1,  # the pause after a look that found nothing; see topic_consumer
        consumer_timeout_ms=_LOOK_MS,
        fetch_max_wait_ms=settings.kafka_fetch_max_wait_ms,
        auto_offset_reset="earliest",
        session_timeout_ms=settings.kafka_session_timeout_ms,
        heartbeat_interval_ms=min(settings.kafka_session_timeout_ms // 3, _HEARTBEAT_MS),
        max_poll_interval_ms=_MAX_POLL_INTERVAL_MS,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        listener=RebalanceListener(health, processor.name, positions),
        parser=_raw_batch,
        decoder=_raw_body,
    )
    subscriber(batch)

    async def count() -> None:
        if subscriber.consumer is not None:
            await positions.look_ahead(subscriber.consumer)
            await count_dead_letters(topic, subscriber.consumer)

    counts_of(broker).append(count)


def _show_from_the_start(topic: str, group: str) -> None:
    """Show the counters that alerts watch: an alert on a rise needs the series before its first one."""
    CONSUMED.labels(topic, group, "dead_lettered")
    for reason in ("undecodable", "handler_failed"):
        DEAD_LETTERED.labels(topic, reason)
    HANDLE_RETRIES.labels(topic, group, "outage")
    OFFSET_GAPS.labels(topic, group)


_counts: WeakKeyDictionary[KafkaBroker, list[Count]] = WeakKeyDictionary()


def counts_of(broker: KafkaBroker) -> list[Count]:
    """Return what is counted for the metrics of a broker's consumers."""
    return _counts.setdefault(broker, [])
