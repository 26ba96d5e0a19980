"""The catalogue: what a topic file must hold, and what Kafka has to create."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from contracts.catalogue import CatalogueMissingError, Key, all_topics, load_topics
from contracts.topics import MODELS

A_TOPIC: dict[str, Any] = {
    "description": "For tests.",
    "audience": "internal",
    "producers": ["mapper"],
    "consumers": ["connector"],
    "model": "contracts.brakes.BrakeMessage",
    "key": {"field": "connection_id"},
    "partitions": 6,
    "cleanup_policy": "delete",
    "retention_days": 7,
    "compatibility": "backward",
    "examples": "sync.brakes.v1",
}


def a_folder(tmp_path: Path, **changes: Any) -> Path:
    body = {name: value for name, value in {**A_TOPIC, **changes}.items() if value is not None}
    (tmp_path / "a.topic.v1.yaml").write_text(yaml.safe_dump(body), encoding="utf-8")
    return tmp_path


def test_a_topic_takes_its_name_from_its_file(tmp_path: Path) -> None:
    assert [topic.name for topic in load_topics(a_folder(tmp_path))] == ["a.topic.v1"]


def test_a_folder_without_topics_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueMissingError, match=str(tmp_path)):
        load_topics(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"producers": ["billing"]},
        {"consumers": []},
        {"model": "contracts.brakes.NoSuchMessage"},
        {"partitions": 0},
        {"retention_days": None},
        {"cleanup_policy": "compact"},
        {"compatibility": "none"},
        {"replicas": 3},
    ],
    ids=str,
)
def test_a_wrong_topic_file_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        load_topics(a_folder(tmp_path, **changes))


def test_kafka_gets_every_topic_and_its_dead_letters() -> None:
    names = [topic.name for topic in all_topics()]
    assert sorted(names) == sorted([*MODELS, *(f"{name}.dlq" for name in MODELS)])


def test_kafka_configuration_follows_the_policy() -> None:
    kafka = {topic.name: topic for topic in all_topics()}
    assert (kafka["calendar.events.v1"].partitions, kafka["link.states.v1"].partitions) == (12, 6)
    daily = {"segment.ms": "86400000"}
    deleted = {"cleanup.policy": "delete", **daily}
    compacted = {"cleanup.policy": "compact", **daily}
    assert kafka["calendar.events.v1"].config == {**deleted, "retention.ms": "604800000"}
    assert kafka["connection.events.v1"].config == {**compacted, "max.compaction.lag.ms": "604800000"}
    assert kafka["connection.events.v1.dlq"].config == {**deleted, "retention.ms": "1209600000"}


def test_a_key_may_depend_on_the_message_type() -> None:
    key = Key(field="activity.id", by_type={"replay.v1": "owner_id"})
    assert key.of({"type": "put.v1", "activity": {"id": "a"}}) == "a"
    assert key.of({"type": "replay.v1", "owner_id": "7"}) == "7"
    with pytest.raises(KeyError):
        key.of({"type": "replay.v1"})
