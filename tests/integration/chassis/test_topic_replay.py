"""A compacted topic is read whole, outside any group, by a service that knows nothing of the cluster yet."""

from functools import partial

import pytest
from aiokafka import AIOKafkaProducer

from chassis.errors import Transient
from chassis.messaging.topic_replay import make_replay_consumer, replay_topic
from chassis.messaging.topics import TopicSpec, ensure_topics
from chassis.settings import ChassisSettings

KEYS, RECORDS = 3, 30


def settings_for(bootstrap: str) -> ChassisSettings:
    return ChassisSettings(
        kafka_bootstrap=bootstrap, kafka_fetch_max_wait_ms=20, mongo_url="mongodb://unused", jwt_secret="x" * 32
    )


async def everything(bootstrap: str, topic: str) -> list[str]:
    told: list[str] = []

    async def take(text: str) -> None:
        told.append(text)

    count = await replay_topic(partial(make_replay_consumer, settings_for(bootstrap)), topic, bytes.decode, take)
    assert count == len(told)
    return told


async def test_k2_all_that_a_topic_holds_is_handed_on_each_key_in_order(kafka_bootstrap: str, unique: str) -> None:
    await ensure_topics(kafka_bootstrap, [TopicSpec(unique, 4)])
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap) as producer:
        for number in range(RECORDS):
            key = f"key {number % KEYS}"
            await producer.send_and_wait(unique, f"{key}: {number:02}".encode(), key.encode())
    told = await everything(kafka_bootstrap, unique)
    assert len(told) == RECORDS
    for own_key in range(KEYS):
        own = [text for text in told if text.startswith(f"key {own_key}")]
        assert own == sorted(own)
        assert len(own) == RECORDS // KEYS


async def test_k2_a_topic_that_holds_nothing_is_at_its_end_at_once(kafka_bootstrap: str, unique: str) -> None:
    await ensure_topics(kafka_bootstrap, [TopicSpec(unique, 4)])
    assert await everything(kafka_bootstrap, unique) == []


async def test_a_broker_that_is_away_is_transient(unique: str) -> None:
    with pytest.raises(Transient, match="kafka_unavailable"):
        await everything("127.0.0.1:1", unique)
