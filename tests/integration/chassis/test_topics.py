"""Topics are made as they must be, and brought up to date where they were made otherwise."""

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from chassis.errors import Rejected, Transient
from chassis.messaging.topics import TopicSpec, ensure_topics


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
