"""Consumers on a real broker: poison is put aside, outages waited out, order holds, a crash loses nothing."""

import asyncio

import pytest
from aiokafka import AIOKafkaProducer

from chassis.errors import Rejected, Transient
from chassis.messaging.broker import make_broker
from chassis.messaging.consumer import HeaderFilter, Incoming
from chassis.messaging.consumer_health import health_of
from chassis.messaging.publisher import Publisher, outgoing
from chassis.messaging.topics import TopicSpec, ensure_topics
from chassis.settings import ChassisSettings
from tests.integration.chassis.consuming import Journal, Said, consuming, read_one, said, send


@pytest.fixture
def settings(kafka_bootstrap: str) -> ChassisSettings:
    return ChassisSettings(
        kafka_bootstrap=kafka_bootstrap,
        kafka_fetch_max_wait_ms=20,
        mongo_url="mongodb://unused",
        jwt_secret="x" * 32,
        shutdown_seconds=2,
    )


@pytest.fixture
async def topic(kafka_bootstrap: str, unique: str) -> str:
    await ensure_topics(kafka_bootstrap, [TopicSpec(unique, 2), TopicSpec(f"{unique}.dlq", 1)])
    return unique


async def test_poison_goes_to_the_dlq_while_the_rest_flows(settings: ChassisSettings, topic: str) -> None:
    journal = Journal()

    async def handle(incoming: Incoming[Said]) -> None:
        journal.add(incoming.message.n)

    await send(settings, topic, *said(1), b"\xff not json", *said(2))
    async with consuming(settings, topic, handle):
        assert await journal.until(2) == [1, 2]
        dead = await read_one(settings, f"{topic}.dlq")
    headers = {name: value.decode() for name, value in dead.headers}
    assert (dead.key, dead.value) == (b"k", b"\xff not json")
    assert (headers["dlq_reason"], headers["dlq_topic"], headers["dlq_offset"]) == ("undecodable", topic, "1")
    assert headers["dlq_group"] == f"{topic}-group"
    assert headers["dlq_error"]


async def test_a_dead_letter_that_is_too_large_is_cut_and_holds_up_nothing(
    settings: ChassisSettings, topic: str
) -> None:
    """A value just under Kafka's limit is above it with the headers that say why: it was tried again for ever."""
    journal = Journal()

    async def handle(incoming: Incoming[Said]) -> None:
        journal.add(incoming.message.n)

    await send(settings, topic, b"\xff" * 1_048_450, *said(1))
    async with consuming(settings, topic, handle):
        assert await journal.until(1) == [1]
        dead = await read_one(settings, f"{topic}.dlq")
    headers = {name: value.decode() for name, value in dead.headers}
    assert set(dead.value or b"") == {0xFF}
    assert (headers["dlq_offset"], headers["dlq_value_bytes"], headers["dlq_cut"]) == ("0", "1048450", "value")


async def test_rejected_is_dead_lettered_at_once_and_bugs_after_some_attempts(
    settings: ChassisSettings, topic: str
) -> None:
    journal = Journal()

    async def handle(incoming: Incoming[Said]) -> None:
        journal.add(incoming.message.n)
        if incoming.message.n == 1:
            raise Rejected("no_such_thing", "why")
        if incoming.message.n == 2:
            raise KeyError("bug")

    await send(settings, topic, *said(1, 2, 3))
    async with consuming(settings, topic, handle):
        assert await journal.until(7) == [1, 2, 2, 2, 2, 2, 3]
        dead = await read_one(settings, f"{topic}.dlq")
    assert dict(dead.headers)["dlq_reason"] == b"no_such_thing"


async def test_an_outage_is_waited_out_in_place_and_in_order(settings: ChassisSettings, topic: str) -> None:
    journal = Journal()
    away = asyncio.Event()
    reports: list[dict[str, str]] = []

    async def handle(incoming: Incoming[Said]) -> None:
        if incoming.message.n == 1 and len(reports) < 3:
            reports.append(dict(health_of(broker).waiting))
            away.set()
            raise Transient("mongo_unavailable")
        journal.add(incoming.message.n)

    await send(settings, topic, *said(1, 2))
    async with consuming(settings, topic, handle) as broker:
        await away.wait()
        assert await journal.until(2) == [1, 2]
        assert reports[-1] == {f"{topic}@{topic}-group": "mongo_unavailable"}
        assert health_of(broker).waiting == {}


async def test_order_holds_within_a_lane_and_lanes_do_not_wait_for_one_another(
    settings: ChassisSettings, topic: str
) -> None:
    journal = Journal()
    released = asyncio.Event()

    async def handle(incoming: Incoming[Said]) -> None:
        if incoming.message.n == 0:
            await released.wait()
        journal.add(incoming.message.n)
        if incoming.message.n == 101:
            released.set()

    await send(settings, topic, *said(0, 1, 2), key=b"slow")
    await send(settings, topic, *said(100, 101), key=b"fast")
    async with consuming(settings, topic, handle, lane=lambda incoming: incoming.key):
        assert await journal.until(5) == [100, 101, 0, 1, 2]


async def test_a_crash_before_the_ack_delivers_again(settings: ChassisSettings, topic: str) -> None:
    journal = Journal()

    async def stuck(incoming: Incoming[Said]) -> None:
        journal.add(incoming.message.n)
        raise Transient("provider_busy")

    async def handle(incoming: Incoming[Said]) -> None:
        journal.add(incoming.message.n)

    await send(settings, topic, *said(7))
    async with consuming(settings, topic, stuck):
        await journal.until(1)
    journal.seen.clear()
    async with consuming(settings, topic, handle):
        assert await journal.until(1) == [7]


async def test_what_a_header_says_is_unwanted_is_passed_over_unparsed(settings: ChassisSettings, topic: str) -> None:
    journal = Journal()

    async def handle(incoming: Incoming[Said]) -> None:
        journal.add(incoming.message.n)

    async with AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap) as producer:
        for value, cause in ((b"\xff not json", b"sync"), (said(1)[0], b"api"), (b"\xff not json", b"sync")):
            await producer.send_and_wait(topic, value, key=b"k", headers=[("cause", cause)])
    await send(settings, topic, *said(2))
    async with consuming(settings, topic, handle, skip=HeaderFilter("cause", frozenset({b"sync"}))):
        assert await journal.until(2) == [1, 2]


async def test_what_the_publisher_sends_arrives_with_key_and_headers(settings: ChassisSettings, topic: str) -> None:
    broker = make_broker(settings, app_name="test")
    await broker.connect()
    await Publisher(broker).publish([outgoing(topic, "key", Said(n=n)) for n in range(50)])
    await broker.stop()
    record = await read_one(settings, topic)
    assert (record.key, record.value) == (b"key", b'{"n":0}')
    headers = dict(record.headers)
    assert headers["content-type"] == b"application/json"
    assert headers["correlation_id"]


def test_type_and_cause_of_a_message_are_headers_too() -> None:
    class Fact(Said):
        type: str = "said.v1"
        cause: str = "sync"

    headers = outgoing("t", "k", Fact(n=1)).headers
    assert (headers["type"], headers["cause"]) == ("said.v1", "sync")
    assert not {"type", "cause"} & outgoing("t", "k", Said(n=1)).headers.keys()


async def test_a_broker_that_is_away_is_transient() -> None:
    settings = ChassisSettings(kafka_bootstrap="127.0.0.1:1", mongo_url="mongodb://unused", jwt_secret="x" * 32)
    with pytest.raises(Transient, match="kafka_unavailable"):
        await Publisher(make_broker(settings, app_name="test")).publish([outgoing("t", "k", Said(n=1))])
