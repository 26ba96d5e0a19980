"""Kafka over TLS, by password and by certificate, against an Apache Kafka that requires it; and what start-up says."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from chassis.messaging.broker import make_broker
from chassis.messaging.consumer import Incoming
from chassis.messaging.kafka_security import client_arguments, likely_cause
from chassis.messaging.topic_replay import make_replay_consumer, replay_topic
from chassis.messaging.topics import TopicSpec, ensure_topics
from chassis.settings import ChassisSettings
from sandbox.processes import free_port, kafka_obstacle
from tests.integration.chassis.consuming import Journal, Said, consuming, said
from tests.support.secured_kafka import PASSWORD, USER, SecuredKafka, secured_kafka

pytestmark = [
    pytest.mark.own_broker,
    pytest.mark.skipif(kafka_obstacle() is not None, reason=f"cannot run here: {kafka_obstacle()}"),
]


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    with secured_kafka(tmp_path_factory.mktemp("secured")) as broker:
        yield broker


def settings(kafka: SecuredKafka, **given: Any) -> ChassisSettings:
    told = {"kafka_bootstrap": kafka.with_password, "kafka_ca_file": kafka.ca, **given}
    return ChassisSettings(mongo_url="mongodb://m", jwt_secret="x" * 16, **told)


def ways_in(kafka: SecuredKafka) -> dict[str, ChassisSettings]:
    by_password = {"kafka_username": USER, "kafka_password": PASSWORD}
    certificate = {"kafka_certificate_file": kafka.certificate, "kafka_key_file": kafka.certificate}
    return {
        "SCRAM-SHA-512": settings(kafka, **by_password),
        "SCRAM-SHA-256": settings(kafka, **by_password, kafka_sasl_mechanism="SCRAM-SHA-256"),
        "PLAIN": settings(kafka, **by_password, kafka_sasl_mechanism="PLAIN"),
        "certificate": settings(kafka, kafka_bootstrap=kafka.with_certificate, **certificate),
    }


@pytest.mark.parametrize("way", ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN", "certificate"])
async def test_topics_are_made_written_consumed_and_replayed(kafka: SecuredKafka, unique: str, way: str) -> None:
    configured, journal, replayed = ways_in(kafka)[way], Journal(), list[bytes]()
    await ensure_topics(client_arguments(configured), [TopicSpec(unique, 1), TopicSpec(f"{unique}.dlq", 1)])

    async def note(incoming: Incoming[Said]) -> None:
        journal.add(incoming.message.n)

    async def take(value: bytes) -> None:
        replayed.append(value)

    async with consuming(configured, unique, note) as broker:
        await broker.publish(said(1)[0], unique, key=b"k")
        assert await journal.until(1) == [1]
    assert await replay_topic(partial(make_replay_consumer, configured), unique, bytes, take) == 1
    assert replayed == said(1)


def wrong(kafka: SecuredKafka) -> dict[str, tuple[ChassisSettings, str]]:
    by_password = {"kafka_username": USER, "kafka_password": PASSWORD}
    stranger, nobody = kafka.stranger(), f"127.0.0.1:{free_port()}"
    other_name = kafka.with_password.replace("127.0.0.1", "localhost")
    return {
        "password": (
            settings(kafka, **by_password | {"kafka_password": "wrong"}),
            "is the password of connector right",
        ),
        "authority": (settings(kafka, **by_password, kafka_ca_file=stranger), "certificate of 127.0.0.1"),
        "name": (settings(kafka, **by_password, kafka_bootstrap=other_name), "certificate of localhost"),
        "address": (settings(kafka, **by_password, kafka_bootstrap=nobody), "does not answer"),
        "no_certificate": (settings(kafka, kafka_bootstrap=kafka.with_certificate), "want a client certificate"),
        "no_tls": (settings(kafka, kafka_ca_file=None), "does it want TLS (TANDEM_KAFKA_CA_FILE)?"),
        "plain": (settings(kafka, kafka_bootstrap=kafka.without_tls), "does it speak TLS on this port?"),
    }


@pytest.mark.parametrize("mistake", ["password", "authority", "name", "address", "no_certificate", "no_tls", "plain"])
async def test_the_start_names_the_likely_cause_in_one_line(kafka: SecuredKafka, mistake: str) -> None:
    configured, words = wrong(kafka)[mistake]
    broker = make_broker(configured, app_name="test")
    with pytest.raises(KafkaConnectionError):
        await broker.start()
    await broker.stop()
    cause = await likely_cause(configured)
    assert words in cause
    assert "\n" not in cause
    assert PASSWORD not in cause
