"""Topics are made as they must be, and brought up to date where they were made otherwise."""

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from chassis.errors import Rejected, Transient
from chassis.messaging.make_topics import catalogue, make_topics
from chassis.messaging.topics import TopicSpec, ensure_topics
from chassis.settings import KafkaSettings
from contracts.catalogue import all_topics


async def settings_of(bootstrap: str, topic: str) -> dict[str, str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    await admin.close()
    return {name: value for name, value, *_ in answer.resources[0][4]}


async def test_a_topic_gets_its_settings(kafka_bootstrap: str, unique: str) -> None:
    config = {"cleanup.policy": "delete", "retention.ms": "604800000"}
    await ensure_topics(kafka_bootstrap, [TopicSpec(unique, 2, config)])
    assert config.items() <= (await settings_of(kafka_bootstrap, unique)).items()


async def test_a_topic_that_is_right_is_left_alone(kafka_bootstrap: str, unique: str) -> None:
    spec = TopicSpec(unique, 2, {"cleanup.policy": "compact"})
    await ensure_topics(kafka_bootstrap, [spec])
    await ensure_topics(kafka_bootstrap, [spec])
    assert (await settings_of(kafka_bootstrap, unique))["cleanup.policy"] == "compact"


async def test_a_shortened_retention_holds_for_a_topic_that_is_there(
    kafka_bootstrap: str, embedded: bool, unique: str
) -> None:
    """What was private must not stay in Kafka for longer than we say (G2)."""
    if embedded:
        pytest.skip("the embedded broker cannot change a topic's settings; it forgets its topics instead")
    await ensure_topics(kafka_bootstrap, [TopicSpec(unique, 2, {"retention.ms": "604800000"})])
    await ensure_topics(kafka_bootstrap, [TopicSpec(unique, 2, {"retention.ms": "86400000"})])
    assert (await settings_of(kafka_bootstrap, unique))["retention.ms"] == "86400000"


async def test_a_setting_that_kafka_refuses_is_named(kafka_bootstrap: str, embedded: bool, unique: str) -> None:
    if embedded:
        pytest.skip("the embedded broker takes any setting")
    await ensure_topics(kafka_bootstrap, [TopicSpec(unique, 2)])
    with pytest.raises(Rejected, match=unique):
        await ensure_topics(kafka_bootstrap, [TopicSpec(unique, 2, {"retention.ms": "a week"})])


async def test_topics_with_a_wrong_number_of_partitions_are_named(kafka_bootstrap: str, unique: str) -> None:
    await ensure_topics(kafka_bootstrap, [TopicSpec(unique, 2)])
    with pytest.raises(Rejected, match=f"{unique} has 2, not 3"):
        await ensure_topics(kafka_bootstrap, [TopicSpec(unique, 3)])


async def test_a_broker_that_is_away_is_transient() -> None:
    with pytest.raises(Transient, match="kafka_unavailable"):
        await ensure_topics("127.0.0.1:1", [TopicSpec("t", 1)])


async def test_a_cluster_without_an_operator_of_kafkas_has_its_topics_made(kafka_bootstrap: str, unique: str) -> None:
    await make_topics(KafkaSettings(kafka_bootstrap=kafka_bootstrap), [TopicSpec(unique, 3)])
    await ensure_topics(kafka_bootstrap, [TopicSpec(unique, 3)])  # it would name another number


async def test_a_kafka_that_does_not_come_is_named_with_the_likely_cause() -> None:
    with pytest.raises(Transient, match="does not answer"):
        await make_topics(KafkaSettings(kafka_bootstrap="127.0.0.1:1"), [TopicSpec("a", 1)], within=0)


def test_the_catalogue_is_found_by_its_name() -> None:
    found = {(one.name, one.partitions) for one in catalogue("contracts.catalogue:all_topics")}
    assert found == {(one.name, one.partitions) for one in all_topics()}
