"""The committed schemas and the AsyncAPI document are those of the models, and break nothing that was released."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contracts import generate
from contracts.catalogue import CONTRACTS, Topic, load_topics
from contracts.compatibility import breaking_changes, consumers_first
from contracts.schemas import message_types, topic_schema

TOPICS = {topic.name: topic for topic in load_topics()}
RELEASED = sorted((CONTRACTS / "schemas" / "released").glob("*.json"))
ASYNCAPI: dict[str, Any] = json.loads((CONTRACTS / "asyncapi.json").read_text(encoding="utf-8"))
every_topic = pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS)


def nodes(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from nodes(inner)


def target(reference: str) -> Any:
    value: Any = ASYNCAPI
    for part in reference.removeprefix("#/").split("/"):
        value = value[part.replace("~1", "/").replace("~0", "~")]
    return value


def test_committed_files_are_up_to_date() -> None:
    assert generate.outdated(generate.documents()) == []
    assert generate.main(["--check"]) == 0


def test_generating_twice_gives_the_same() -> None:
    assert generate.documents() == generate.documents()


def test_an_outdated_a_missing_and_a_left_over_file_are_found_and_written(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/old.v1.json").write_text("{}")
    (tmp_path / "schemas/a.v1.json").write_text("{}")
    files = {"schemas/a.v1.json": "[]\n", "schemas/b.v1.json": "1\n"}
    assert generate.outdated(files, tmp_path) == ["schemas/a.v1.json", "schemas/b.v1.json", "schemas/old.v1.json"]
    generate.write(files, tmp_path)
    assert generate.outdated(files, tmp_path) == []


@every_topic
def test_a_schema_is_valid_json_schema(topic: Topic) -> None:
    Draft202012Validator.check_schema(topic_schema(topic))


@pytest.mark.parametrize("file", RELEASED, ids=lambda file: file.stem)
def test_nothing_released_is_broken(file: Path) -> None:
    topic = TOPICS.get(file.stem)
    assert topic is not None, "a released topic is still served: its consumers have not gone"
    old, new = json.loads(file.read_text(encoding="utf-8")), topic_schema(topic)
    assert breaking_changes(old, new) == []
    if topic.compatibility == "full":
        assert consumers_first(old, new) == []


@pytest.mark.parametrize("file", RELEASED, ids=lambda file: file.stem)
def test_taking_any_released_property_away_would_be_noticed(file: Path) -> None:
    old = json.loads(file.read_text(encoding="utf-8"))
    properties = [node["properties"] for node in nodes(old) if isinstance(node, dict) and "properties" in node]
    for part in properties:
        for name in [*part]:
            body = part.pop(name)
            changed = json.loads(json.dumps(old))
            part[name] = body
            assert breaking_changes(old, changed), name


def test_every_topic_was_frozen_when_released() -> None:
    assert {file.stem for file in RELEASED} == set(TOPICS)


def test_asyncapi_references_resolve() -> None:
    references = {node["$ref"] for node in nodes(ASYNCAPI) if isinstance(node, dict) and "$ref" in node}
    assert all(target(reference) for reference in references)


@every_topic
def test_asyncapi_has_a_channel_for_every_topic(topic: Topic) -> None:
    channel = ASYNCAPI["channels"][topic.name]
    assert channel["address"] == topic.name
    assert channel["bindings"]["kafka"]["partitions"] == topic.partitions
    assert set(channel["messages"]) == set(message_types(topic))


@every_topic
def test_asyncapi_says_who_sends_and_who_receives(topic: Topic) -> None:
    ours = [
        body for body in ASYNCAPI["operations"].values() if target(body["channel"]["$ref"])["address"] == topic.name
    ]
    said = {(body["action"], body["tags"][0]["name"]) for body in ours}
    assert said == {("send", s) for s in topic.producers} | {("receive", s) for s in topic.consumers}
    for body in ours:
        assert [target(target(message["$ref"])["$ref"])["name"] for message in body["messages"]] == [
            *message_types(topic)
        ]


@every_topic
def test_asyncapi_payloads_are_the_models_and_have_keys(topic: Topic) -> None:
    for name, model in message_types(topic).items():
        message = ASYNCAPI["components"]["messages"][name]
        assert target(message["payload"]["$ref"])["properties"]["type"]["const"] == name
        assert target(message["payload"]["$ref"])["title"] == model.__name__
        assert "of the payload" in message["bindings"]["kafka"]["key"]["description"]


def test_asyncapi_has_only_what_version_3_knows() -> None:
    assert ASYNCAPI["asyncapi"] == "3.0.0"
    assert ASYNCAPI.keys() == {"asyncapi", "info", "defaultContentType", "channels", "operations", "components"}
    assert {body["action"] for body in ASYNCAPI["operations"].values()} == {"send", "receive"}
