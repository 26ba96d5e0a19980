"""A consumer with a journal, on a real broker."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from pydantic import BaseModel, TypeAdapter

from chassis.clock import SystemClock
from chassis.messaging.broker import ServiceBroker, make_broker
from chassis.messaging.consumer import HeaderFilter, Incoming, consume
from chassis.messaging.consumer_health import health_of
from chassis.messaging.kafka_security import client_arguments
from chassis.settings import ChassisSettings


class Said(BaseModel):
    n: int


Handle = Callable[[Incoming[Said]], Awaitable[None]]


@dataclass
class Journal:
    """What a handler has seen, and a way to wait for it."""

    seen: list[int] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, n: int) -> None:
        self.seen.append(n)
        self.changed.set()

    async def until(self, count: int, seconds: float = 30) -> list[int]:
        try:
            async with asyncio.timeout(seconds):
                while len(self.seen) < count:
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            pytest.fail(f"waited for {count} records, saw {self.seen}")
        return self.seen


def registered(
    settings: ChassisSettings,
    topic: str,
    handle: Handle,
    *,
    lane: Callable[[Incoming[Said]], Hashable | None] | None = None,
    skip: HeaderFilter | None = None,
) -> ServiceBroker:
    """Return a broker with one consumer, not started."""
    broker = make_broker(settings, app_name="test")
    consume(
        broker,
        topic=topic,
        group=f"{topic}-group",
        schema=TypeAdapter(Said),
        handle=handle,
        lane=lane,
        skip=skip,
        settings=settings,
        clock=SystemClock(),
    )
    return broker


@asynccontextmanager
async def consuming(
    settings: ChassisSettings,
    topic: str,
    handle: Handle,
    *,
    lane: Callable[[Incoming[Said]], Hashable | None] | None = None,
    skip: HeaderFilter | None = None,
) -> AsyncIterator[ServiceBroker]:
    """Consume for as long as the context lasts."""
    broker = registered(settings, topic, handle, lane=lane, skip=skip)
    await broker.start()
    try:
        yield broker
    finally:
        health_of(broker).stopping.set()
        await broker.stop()


@asynccontextmanager
async def group_of(
    settings: ChassisSettings, handles: Mapping[str, Handle], group: str
) -> AsyncIterator[ServiceBroker]:
    """Consume topics, each by its handler, in one group, for as long as the context lasts."""
    broker = make_broker(settings, app_name="test")
    for topic, handle in handles.items():
        schema = TypeAdapter(Said)
        consume(broker, topic=topic, group=group, schema=schema, handle=handle, settings=settings, clock=SystemClock())
    await broker.start()
    try:
        yield broker
    finally:
        health_of(broker).stopping.set()
        await broker.stop()


def into(journal: Journal) -> Handle:
    async def handle(incoming: Incoming[Said]) -> None:
        journal.add(incoming.message.n)

    return handle


async def send(settings: ChassisSettings, topic: str, *values: bytes, key: bytes = b"k") -> None:
    async with AIOKafkaProducer(**client_arguments(settings)) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, key=key)


async def read_one(settings: ChassisSettings, topic: str) -> ConsumerRecord:
    consumer = AIOKafkaConsumer(topic, auto_offset_reset="earliest", **client_arguments(settings))
    async with consumer:
        return await asyncio.wait_for(consumer.getone(), timeout=30)


def said(*numbers: int) -> list[bytes]:
    return [Said(n=n).model_dump_json().encode() for n in numbers]
