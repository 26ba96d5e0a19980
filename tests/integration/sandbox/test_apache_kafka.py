"""`make run KAFKA=apache`, with stand-ins for the services: the broker keeps what it has, so nobody publishes anew."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from contracts.catalogue import all_topics
from contracts.topics import CALENDAR_COMMANDS
from sandbox.processes import kafka_obstacle
from tests.integration.sandbox.stand_ins import KAFKA, settings_of_the_connector, with_stand_ins
from tests.support.infrastructure import run_outside_any_loop
from tests.support.sandboxes import Sandbox
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.own_broker,
    pytest.mark.skipif(kafka_obstacle() is not None, reason=f"cannot run here: {kafka_obstacle()}"),
]
TOLD = "TANDEM_REPUBLISH_ON_START"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A running sandbox, to be left running."""
    with closing(with_stand_ins(tmp_path_factory.mktemp("apache"), "apache")) as sandbox:
        sandbox.start()
        run_outside_any_loop(sandbox.ready())
        yield sandbox


def address(sandbox: Sandbox) -> str:
    return f"127.0.0.1:{sandbox.port_base + KAFKA}"


async def test_every_topic_has_the_partitions_retention_and_policy_of_the_contracts(sandbox: Sandbox) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address(sandbox))
    await admin.start()
    names = [topic.name for topic in all_topics()]
    described = await admin.describe_topics(names)
    [configured] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    await admin.close()
    partitions = {item["topic"]: len(item["partitions"]) for item in described}
    configs = {name: {entry[0]: entry[1] for entry in entries} for *_, name, entries in configured.resources}
    for topic in all_topics():
        assert partitions[topic.name] == topic.partitions
        assert topic.config.items() <= configs[topic.name].items(), topic.name


async def test_the_services_have_the_broker_and_no_settings_of_the_embedded_one(sandbox: Sandbox) -> None:
    settings = await settings_of_the_connector(sandbox)
    assert settings["TANDEM_KAFKA_BOOTSTRAP"] == address(sandbox)
    assert "TANDEM_KAFKA_FETCH_MAX_WAIT_MS" not in settings


async def test_a_killed_broker_comes_back_with_its_data_and_the_services_live_on(sandbox: Sandbox) -> None:
    async with AIOKafkaProducer(bootstrap_servers=address(sandbox)) as producer:
        sent = await producer.send_and_wait(CALENDAR_COMMANDS, b"kept", partition=1)
    services = {part: sandbox.pid_of(part) for part in (" connector", " mapper", " activity_store")}
    so_far = len(sandbox.console)
    os.kill(sandbox.pid_of("kafka.Kafka"), signal.SIGKILL)
    await sandbox.says(r"kafka +\| ready", after=so_far)
    async with AIOKafkaConsumer(
        CALENDAR_COMMANDS, bootstrap_servers=address(sandbox), auto_offset_reset="earliest"
    ) as consumer:
        seen = await wait_until(
            lambda: consumer.getone() if consumer.assignment() else None, awaited="the first record", timeout=20
        )
        while (seen.partition, seen.offset) != (1, sent.offset):
            seen = await consumer.getone()
    assert seen.value == b"kept"
    assert {part: sandbox.pid_of(part) for part in services} == services


async def test_services_publish_anew_only_where_the_broker_lacks_what_they_published(tmp_path: Path) -> None:
    """A first start, a second one, and one after the embedded broker's turn, whose messages Apache Kafka never saw."""

    async def told_to_publish(own: Sandbox) -> bool:
        own.start()
        await own.ready()
        told = TOLD in await settings_of_the_connector(own)
        own.signal(signal.SIGTERM)
        assert await own.ended() == 0
        return told

    with closing(with_stand_ins(tmp_path, "apache")) as own:
        asked = [await told_to_publish(own) for _ in range(2)]
        own.environ["KAFKA"] = "embedded"
        asked.append(await told_to_publish(own))
        own.environ["KAFKA"] = "apache"
        asked.append(await told_to_publish(own))
    assert asked == [True, False, True, True]


async def test_without_its_jars_the_start_is_refused_in_one_line(tmp_path: Path) -> None:
    with closing(with_stand_ins(tmp_path, "apache")) as own:
        own.environ["HOME"] = str(tmp_path)
        own.start()
        assert await own.ended() == 1
        assert own.console == "sandbox: Apache Kafka's jars are not there: run `make tools`\n"
