"""What goes wrong with a real Kafka and passes: rights, kills, retention. Each is told at once, and heals by itself."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from prometheus_client import REGISTRY

from chassis.clock import SystemClock
from chassis.errors import NeedsOperator, Transient
from chassis.messaging.broker import make_broker
from chassis.messaging.consumer import Incoming
from chassis.messaging.consumer_health import health_of
from chassis.messaging.publisher import Outgoing, Publisher, outgoing
from chassis.messaging.topics import TopicSpec, ensure_topics
from chassis.observability.metrics import CONSUMER_LAG
from chassis.persistence.document import Document
from chassis.persistence.mongo import MongoDatabase
from chassis.persistence.store import Store
from chassis.runtime.lifecycle import Lifecycle
from chassis.runtime.shutdown import STOP_SECONDS, longest_stop
from chassis.settings import ChassisSettings
from contracts.catalogue import all_topics
from contracts.topics import CALENDAR_EVENTS
from sandbox.processes import kafka_obstacle
from tests.integration.chassis.consuming import (
    Journal,
    Said,
    consuming,
    group_of,
    into,
    read_one,
    registered,
    said,
    send,
)
from tests.support.apache_kafka import WITH_RIGHTS, ApacheKafka, apache_kafka
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.own_broker,
    pytest.mark.skipif(kafka_obstacle() is not None, reason=f"cannot run here: {kafka_obstacle()}"),
]

FOREVER: Final = 60
DELETES_AT_ONCE: Final = {
    "log.retention.check.interval.ms": "500",
    "log.initial.task.delay.ms": "500",
    "log.segment.delete.delay.ms": "0",
}
"""Kafka looks every five minutes by default, and keeps the files for one more."""


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApacheKafka]:
    with apache_kafka(tmp_path_factory.mktemp("kafka"), {**WITH_RIGHTS, **DELETES_AT_ONCE}) as broker:
        yield broker


@pytest.fixture
def settings(kafka: ApacheKafka) -> ChassisSettings:
    return ChassisSettings(
        kafka_bootstrap=kafka.bootstrap, mongo_url="mongodb://unused", jwt_secret="x" * 32, shutdown_seconds=2
    )


@pytest.fixture
async def topic(kafka: ApacheKafka, unique: str) -> str:
    await ensure_topics(kafka.bootstrap, [TopicSpec(unique, 2), TopicSpec(f"{unique}.dlq", 1)])
    return unique


def messages(topic: str, *numbers: int) -> list[Outgoing]:
    return [outgoing(topic, "key", Said(n=n)) for n in numbers]


async def read_all(bootstrap: str, topic: str, partitions: int = 2) -> list[int]:
    """Return what all partitions hold."""
    assigned = [TopicPartition(topic, number) for number in range(partitions)]
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign(assigned)
        ends = await consumer.end_offsets(assigned)
        found: list[int] = []
        while [one for one in assigned if await consumer.position(one) < ends[one]]:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [Said.model_validate_json(record.value or b"").n for record in records]
    return found


async def test_a_topic_is_written_to_again_when_the_right_is_given_back(
    kafka: ApacheKafka, settings: ChassisSettings, topic: str
) -> None:
    """An idempotent producer's partition took nothing more after a refused batch, told as a passing outage."""
    broker = make_broker(settings, app_name="test")
    await broker.connect()
    refused, publisher = health_of(broker).refused_topics.reasons, Publisher(broker)
    await publisher.publish(messages(topic, 1))
    async with kafka.write_denied(topic):
        for _ in range(2):
            with pytest.raises(NeedsOperator, match="TopicAuthorizationFailedError"):
                await publisher.publish(messages(topic, 2))
        assert "TopicAuthorizationFailedError" in refused[topic]

    async def taken() -> bool:  # the broker hears of a rule that was taken back a moment after the controller
        try:
            await publisher.publish(messages(topic, 2))
        except NeedsOperator:
            return False
        return True

    await wait_until(taken, awaited="a message to be taken again")
    await publisher.publish(messages(topic, 3))
    assert refused == {}
    await broker.stop()
    assert await read_all(kafka.bootstrap, topic) == [1, 2, 3]


async def test_a_message_above_the_limit_stops_no_other(
    kafka: ApacheKafka, settings: ChassisSettings, unique: str
) -> None:
    await ensure_topics(
        kafka.bootstrap, [TopicSpec(unique, 1, {"max.message.bytes": "2000"}), TopicSpec(f"{unique}.dlq", 1)]
    )
    broker = make_broker(settings, app_name="test")
    await broker.connect()
    publisher = Publisher(broker)
    large = Outgoing(id="large", topic=unique, key="key", value="x" * 5000)
    await publisher.publish([*messages(unique, 1), large, *messages(unique, 2)])
    await publisher.publish(messages(unique, 3))
    assert health_of(broker).refused_topics.reasons == {}
    await broker.stop()
    dead = await read_one(settings, f"{unique}.dlq")
    headers = {name: value.decode() for name, value in dead.headers}
    assert (dead.key, dead.value, headers["dlq_reason"]) == (b"key", b"", "message_too_large")
    assert (headers["dlq_topic"], headers["dlq_value_bytes"], headers["dlq_cut"]) == (unique, "5000", "value")
    read = await read_all(kafka.bootstrap, unique, partitions=1)
    assert (read[-1], set(read)) == (3, {1, 2, 3})


async def publish_at_last(publisher: Publisher, batch: Sequence[Outgoing]) -> int:
    """Publish as the outbox does: all anew until all are confirmed. Return the number of attempts."""
    for attempt in range(1, 100):
        try:
            await publisher.publish(batch)
        except Transient:
            await asyncio.sleep(0.1)
        else:
            return attempt
    raise AssertionError("never confirmed")


async def test_nothing_is_lost_and_order_holds_while_the_broker_is_killed(
    kafka: ApacheKafka, settings: ChassisSettings, topic: str
) -> None:
    """Without idempotence: duplicates may come, but never an older state as the last, and none is passed over."""
    broker = make_broker(settings, app_name="test")
    await broker.connect()
    publisher, sent = Publisher(broker), 0

    async def burst() -> None:
        nonlocal sent
        while sent < 10_000:
            await publish_at_last(publisher, messages(topic, *range(sent, sent + 50)))
            sent += 50

    sending = asyncio.create_task(burst())
    for after in (2_000, 6_000):
        await wait_until(lambda least=after: sent >= least, awaited=f"{after} messages", timeout=FOREVER)  # type: ignore[misc]
        kafka.kill()
        kafka.start_again()
        await kafka.ready()
    await sending
    await broker.stop()
    found = await read_all(kafka.bootstrap, topic)
    assert list(dict.fromkeys(found)) == list(range(sent)), "each first seen in its order"
    assert found[-1] == sent - 1


async def test_a_consumer_reads_again_when_the_right_to_its_group_comes_back(
    kafka: ApacheKafka, settings: ChassisSettings, topic: str
) -> None:
    """Aiokafka raised the heartbeat's error for ever; both probes and the lag said that all was well."""
    journal, group = Journal(), f"{topic}-group"

    async def handle(incoming: Incoming[Said]) -> None:
        journal.add(incoming.message.n)

    await send(settings, topic, *said(1))
    async with consuming(settings, topic, handle) as broker:
        await journal.until(1)
        assert lag_series(topic)
        refused = health_of(broker).refused_consumers.reasons
        async with kafka.group_denied(group):
            await wait_until(lambda: refused, awaited="the refusal to be noted", timeout=FOREVER)
            assert "GroupAuthorizationFailedError" in refused[f"{topic}@{group}"]
            await wait_until(lambda: not lag_series(topic), awaited="the lag's series to end", timeout=FOREVER)
            await send(settings, topic, *said(2))
        assert await journal.until(2, seconds=FOREVER) == [1, 2]
        await wait_until(lambda: not refused, awaited="the refusal to be over", timeout=FOREVER)


async def test_a_consumer_that_lost_the_right_to_its_topic_says_so_and_reads_again(
    kafka: ApacheKafka, settings: ChassisSettings, topic: str
) -> None:
    journal = Journal()

    async def handle(incoming: Incoming[Said]) -> None:
        journal.add(incoming.message.n)

    await send(settings, topic, *said(1))
    async with consuming(settings, topic, handle) as broker:
        await journal.until(1)
        refused = health_of(broker).refused_consumers.reasons
        async with kafka.topic_denied(topic):
            await wait_until(lambda: refused, awaited="the refusal to be noted", timeout=FOREVER)
        await send(settings, topic, *said(2))
        assert await journal.until(2, seconds=FOREVER) == [1, 2]
        await wait_until(lambda: not refused, awaited="the refusal to be over", timeout=FOREVER)


async def test_a_topic_that_is_refused_stops_no_other_of_its_group(
    kafka: ApacheKafka, settings: ChassisSettings, topic: str
) -> None:
    """One member reads both topics: what it may not read is told for that one, also over a rebalance."""
    other = f"{topic}-other"
    await ensure_topics(kafka.bootstrap, [TopicSpec(other, 2)])
    journals = {topic: Journal(), other: Journal()}
    handles = {name: into(journal) for name, journal in journals.items()}
    await send(settings, topic, *said(1))
    async with group_of(settings, handles, topic) as broker:
        await journals[topic].until(1)
        refused = health_of(broker).refused_consumers.reasons
        async with kafka.topic_denied(topic):
            await wait_until(lambda: refused, awaited="the refusal to be noted", timeout=FOREVER)
            await send(settings, other, *said(2))
            await journals[other].until(1, seconds=FOREVER)
            second = Journal()  # it could not start with a topic that it may not read
            async with group_of(settings, {other: into(second)}, topic):
                numbers = count(10)

                async def shared() -> bool:
                    number = next(numbers)
                    await send(settings, other, *said(number), key=str(number).encode())
                    return any(n >= 10 for n in journals[other].seen) and bool(second.seen)

                await wait_until(shared, awaited="both members to read the other topic", timeout=FOREVER)
            assert {name.partition("@")[0] for name in refused} <= {topic}
        await send(settings, topic, *said(2))
        assert await journals[topic].until(2, seconds=FOREVER) == [1, 2]
        await wait_until(lambda: not refused, awaited="the refusal to be over", timeout=FOREVER)


async def test_records_that_retention_took_unread_are_counted(
    kafka: ApacheKafka, settings: ChassisSettings, topic: str
) -> None:
    journal = Journal()

    async def handle(incoming: Incoming[Said]) -> None:
        journal.add(incoming.message.n)

    def gaps() -> float:
        labels = {"topic": topic, "group": f"{topic}-group"}
        return REGISTRY.get_sample_value("tandem_offset_gaps_total", labels) or 0

    await send(settings, topic, *said(1))
    async with consuming(settings, topic, handle):
        await journal.until(1)
    await send(settings, topic, *said(2, 3, 4))
    partition = next(one for one, end in (await ends_of(settings, topic)).items() if end == 4)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    await admin.delete_records({partition: RecordsToDelete(before_offset=3)})
    await admin.close()
    async with consuming(settings, topic, handle):
        assert await journal.until(2) == [1, 4]
    assert gaps() == 1


@pytest.mark.parametrize(("name", "days"), [(CALENDAR_EVENTS, 7), (f"{CALENDAR_EVENTS}.dlq", 14)])
async def test_g2_what_was_private_is_gone_a_day_after_its_retention(
    kafka: ApacheKafka, unique: str, name: str, days: int
) -> None:
    """A partition that was written to every six hours: without `segment.ms`, its records stayed for seven days more."""
    config = next(topic.config for topic in all_topics() if topic.name == name)
    await ensure_topics(kafka.bootstrap, [TopicSpec(unique, 1, config)])
    now = datetime.now(UTC)
    written = [now - timedelta(hours=hours) for hours in range((days + 3) * 24, 0, -6)]
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        for at in written:
            await producer.send_and_wait(unique, at.isoformat().encode(), timestamp_ms=int(at.timestamp() * 1000))

    async def kept() -> list[datetime] | None:
        there = await times_in(kafka.bootstrap, unique)
        return there if there[0] >= now - timedelta(days=days + 1) else None

    there = await wait_until(kept, awaited="what is older to be gone", timeout=FOREVER, every=0.5)
    young = [at for at in written if at > now - timedelta(days=days)]
    assert there[-len(young) :] == young


async def times_in(bootstrap: str, topic: str) -> list[datetime]:
    partition = TopicPartition(topic, 0)
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        found: list[datetime] = []
        while await consumer.position(partition) < end:
            found.append(datetime.fromisoformat((await consumer.getone()).value.decode()))
    return found


async def test_a_stop_is_bounded_while_the_broker_does_not_answer(
    kafka: ApacheKafka, settings: ChassisSettings, mongo_url: str, topic: str
) -> None:
    """Connections stay open and nothing comes back: a batch in flight and a publication wait for minutes."""
    journal = Journal()

    async def handle(incoming: Incoming[Said]) -> None:
        journal.add(incoming.message.n)
        await asyncio.Event().wait()

    broker = registered(settings, topic, handle)
    store = Store(MongoDatabase(mongo_url, topic), Publisher(broker), SystemClock())
    counters = store.documents("counters", Document)
    seconds = dict.fromkeys(STOP_SECONDS, 1.0)
    lifecycle = Lifecycle(settings, broker, store, stop_seconds=seconds)
    lifecycle.start()
    await send(settings, topic, *said(1))
    await journal.until(1)
    kafka.freeze()
    try:
        await counters.insert(Document(id="d").with_messages(*messages(topic, 2)))
        async with asyncio.timeout(longest_stop(settings.shutdown_seconds, seconds)):
            await lifecycle.stop()
    finally:
        kafka.thaw()


async def ends_of(settings: ChassisSettings, topic: str) -> dict[TopicPartition, int]:
    async with AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap) as consumer:
        ends: dict[TopicPartition, int] = await consumer.end_offsets([TopicPartition(topic, n) for n in range(2)])
    return ends


def lag_series(topic: str) -> list[str]:
    """Return the partitions of a topic whose lag is exported."""
    lag = [sample for metric in CONSUMER_LAG.collect() for sample in metric.samples]
    return [sample.labels["partition"] for sample in lag if sample.labels["topic"] == topic]
