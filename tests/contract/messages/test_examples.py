"""Every example is what models, schemas and keys say; models and schemas agree on what is missing, wrong or newer.

Examples are only ever added once released: so these tests also prove that old messages are still read. They look at
what an example holds, so that a field added later, with its default, changes none of them.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from contracts.catalogue import CONTRACTS, Topic, load_topics
from contracts.schemas import message_types
from contracts.topics import reader

TOPICS = {topic.name: topic for topic in load_topics()}
EXAMPLES = [
    pytest.param(topic, file, id=f"{topic.name}/{file.stem}")
    for topic in TOPICS.values()
    for file in sorted((CONTRACTS / "examples" / topic.examples).glob("*.json"))
]
MAPS = {"changed_at", "types_since"}
every_example = pytest.mark.parametrize(("topic", "file"), EXAMPLES)
every_topic = pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS)


def read(file: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return body


def bodies(topic: Topic) -> list[dict[str, Any]]:
    return [read(file) for file in (CONTRACTS / "examples" / topic.examples).glob("*.json")]


def schema_of(topic: Topic) -> Draft202012Validator:
    schema = read(CONTRACTS / "schemas" / f"{topic.name}.json")
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def objects(value: Any, name: str = "") -> Iterator[dict[str, Any]]:
    """Yield every object inside a body, but not the maps, whose keys are data."""
    if isinstance(value, dict) and name not in MAPS:
        yield value
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from objects(inner, str(key))


def spoilt(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a body once without each of its fields, and once with nonsense in each."""
    for n, part in enumerate(objects(body)):
        for name in part.keys() - {"type"}:
            for nonsense in (False, True):
                copy = deepcopy(body)
                target = list(objects(copy))[n]
                target[name] = {"wrong": []}
                if not nonsense:
                    del target[name]
                yield f"{name} {'spoilt' if nonsense else 'missing'}", copy


def is_read(topic: Topic, body: dict[str, Any]) -> bool:
    try:
        topic.adapter.validate_python(body)
    except ValidationError:
        return False
    return True


@every_example
def test_every_value_of_an_example_survives_reading_and_writing(topic: Topic, file: Path) -> None:
    """What the example does not name has its default and is left out: it is no part of the example."""
    message = reader(topic.name)(file.read_bytes())
    assert json.loads(message.model_dump_json(exclude_unset=True)) == read(file)


@every_example
def test_what_is_written_is_read_as_the_same_message(topic: Topic, file: Path) -> None:
    message = reader(topic.name)(file.read_bytes())
    assert reader(topic.name)(message.model_dump_json().encode()) == message


@every_example
def test_an_example_fits_the_json_schema(topic: Topic, file: Path) -> None:
    assert [error.message for error in schema_of(topic).iter_errors(read(file))] == []


@every_example
def test_an_example_has_its_key(topic: Topic, file: Path) -> None:
    assert topic.key.of(read(file)) not in {"", "None"}


@every_example
def test_fields_of_a_newer_producer_are_ignored(topic: Topic, file: Path) -> None:
    newer = read(file)
    for part in list(objects(newer)):
        part["added_later"] = {"deep": [1]}
    assert schema_of(topic).is_valid(newer)
    assert reader(topic.name)(json.dumps(newer).encode()) == reader(topic.name)(file.read_bytes())


@pytest.mark.parametrize(
    ("topic", "name"), [(topic, name) for topic in TOPICS.values() for name in message_types(topic)]
)
def test_model_and_schema_agree_on_what_is_missing_or_wrong(topic: Topic, name: str) -> None:
    body = max((body for body in bodies(topic) if body["type"] == name), key=lambda body: len(list(objects(body))))
    schema = schema_of(topic)
    verdicts = [(what, is_read(topic, wrong), schema.is_valid(wrong)) for what, wrong in spoilt(body)]
    assert [what for what, by_model, by_schema in verdicts if by_model != by_schema] == []
    assert {by_model for _, by_model, _ in verdicts} == {True, False}, "both kinds were tried"


@every_topic
def test_every_message_type_has_an_example(topic: Topic) -> None:
    assert {body["type"] for body in bodies(topic)} == set(message_types(topic))


def test_no_folder_of_examples_is_forgotten() -> None:
    assert {folder.name for folder in (CONTRACTS / "examples").iterdir()} == {t.examples for t in TOPICS.values()}


@every_example
def test_a_body_without_its_type_fits_no_schema(topic: Topic, file: Path) -> None:
    body = read(file)
    del body["type"]
    assert not schema_of(topic).is_valid(body)
