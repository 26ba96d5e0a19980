"""The topic files, the names and readers in code, and the architecture's rules for topics say the same."""

import pytest

from contracts.catalogue import Topic, load_topics
from contracts.envelope import Message
from contracts.schemas import message_types
from contracts.topics import MODELS

TOPICS = {topic.name: topic for topic in load_topics()}
every_topic = pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS)


def test_every_topic_has_a_file_and_a_reader() -> None:
    assert set(TOPICS) == set(MODELS)


@every_topic
def test_file_and_reader_name_the_same_model(topic: Topic) -> None:
    assert topic.adapter.json_schema() == MODELS[topic.name].json_schema()


@every_topic
def test_every_message_carries_the_envelope_and_a_versioned_type(topic: Topic) -> None:
    for name, model in message_types(topic).items():
        assert issubclass(model, Message)
        assert name.rpartition(".")[2] == topic.name.rpartition(".")[2], "the type's version is the topic's"


@every_topic
def test_partitions_follow_the_load(topic: Topic) -> None:
    busy = topic.name.startswith(("activity.", "calendar.")) and topic.cleanup_policy == "delete"
    assert topic.partitions == (12 if busy else 6)


@every_topic
def test_what_was_private_leaves_kafka_by_retention(topic: Topic) -> None:
    """G2: only connections and types, which hold no content, are kept for good."""
    kept = topic.cleanup_policy == "compact"
    assert kept == (topic.name in {"connection.events.v1", "activity-types.v1"})


@every_topic
def test_a_public_topic_never_asks_its_consumers_to_be_deployed_first(topic: Topic) -> None:
    assert (topic.audience == "public") == (topic.compatibility == "full")


def test_message_types_are_unique_across_topics() -> None:
    names = [name for topic in TOPICS.values() for name in message_types(topic)]
    assert len(names) == len(set(names))


def test_keys_by_type_name_existing_types() -> None:
    for topic in TOPICS.values():
        assert set(topic.key.by_type) <= set(message_types(topic))
