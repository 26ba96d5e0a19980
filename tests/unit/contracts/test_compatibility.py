"""Every kind of schema change is judged as what it is: breaking, safe with consumers first, or harmless."""

from typing import Any

import pytest

from contracts.compatibility import breaking_changes, consumers_first

Schema = dict[str, Any]


def a_message(*, required: tuple[str, ...] = ("id",), **properties: Schema) -> Schema:
    return {"type": "object", "properties": {"id": {"type": "string"}, **properties}, "required": list(required)}


def a_union(*members: str, **properties: Schema) -> Schema:
    tagged = {f"M{n}": _tagged(name, properties) for n, name in enumerate(members)}
    return {"$defs": tagged, "oneOf": [{"$ref": f"#/$defs/{name}"} for name in tagged]}


def _tagged(name: str, properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": {"type": {"const": name}, **properties}, "required": ["type"]}


TEXT: Schema = {"type": "string"}
BREAKING: dict[str, tuple[Schema, Schema, str]] = {
    "property removed": (a_message(a=TEXT), a_message(), "$.a: removed"),
    "property renamed": (a_message(a=TEXT), a_message(b=TEXT), "$.a: removed"),
    "new required property": (a_message(), a_message(a=TEXT, required=("id", "a")), "$.a: newly required"),
    "optional becomes required": (a_message(a=TEXT), a_message(a=TEXT, required=("id", "a")), "$.a: newly required"),
    "type changed": (a_message(a=TEXT), a_message(a={"type": "integer"}), "$.a: string removed"),
    "null refused": (a_message(a={"anyOf": [TEXT, {"type": "null"}]}), a_message(a=TEXT), "$.a: null removed"),
    "anything narrowed": (a_message(a={}), a_message(a=TEXT), "$.a: any removed"),
    "value removed": (a_message(a={"enum": ["x", "y"]}), a_message(a={"enum": ["x"]}), "$.a: value 'y' removed"),
    "values limited": (a_message(a=TEXT), a_message(a={**TEXT, "enum": ["x"]}), "$.a: values limited"),
    "minimum set": (a_message(a=TEXT), a_message(a={**TEXT, "minLength": 1}), "$.a: minLength None is now 1"),
    "minimum raised": (
        a_message(a={"type": "integer", "minimum": 0}),
        a_message(a={"type": "integer", "minimum": 1}),
        "$.a: minimum 0 is now 1",
    ),
    "maximum lowered": (
        a_message(a={"type": "integer", "maximum": 730}),
        a_message(a={"type": "integer", "maximum": 365}),
        "$.a: maximum 730 is now 365",
    ),
    "pattern changed": (
        a_message(a={**TEXT, "pattern": "^a"}),
        a_message(a={**TEXT, "pattern": "^b"}),
        "$.a: pattern ^a is now ^b",
    ),
    "format set": (a_message(a=TEXT), a_message(a={**TEXT, "format": "date"}), "$.a: format None is now date"),
    "unknown keyword set": (
        a_message(a={"type": "integer"}),
        a_message(a={"type": "integer", "multipleOf": 5}),
        "$.a: multipleOf None is now 5",
    ),
    "default changed": (
        a_message(a={**TEXT, "default": "x"}),
        a_message(a={**TEXT, "default": "y"}),
        "$.a: default x is now y",
    ),
    "items narrowed": (
        a_message(a={"type": "array", "items": TEXT}),
        a_message(a={"type": "array", "items": {"type": "integer"}}),
        "$.a[items]: string removed",
    ),
    "map values narrowed": (
        a_message(a={"type": "object", "additionalProperties": {}}),
        a_message(a={"type": "object", "additionalProperties": TEXT}),
        "$.a[additionalProperties]: any removed",
    ),
    "map keys narrowed": (
        a_message(a={"type": "object", "propertyNames": {"enum": ["x", "y"]}}),
        a_message(a={"type": "object", "propertyNames": {"enum": ["x"]}}),
        "$.a[propertyNames]: value 'y' removed",
    ),
    "extra fields forbidden": (
        a_message(),
        {**a_message(), "additionalProperties": False},
        "$[additionalProperties]: any removed",
    ),
    "union member removed": (a_union("a.v1", "b.v1"), a_union("a.v1"), "$: type b.v1 removed"),
    "message type renamed": (a_union("a.v1"), a_union("c.v1"), "$: type a.v1 removed"),
}
CONSUMERS_FIRST: dict[str, tuple[Schema, Schema, str]] = {
    "union member added": (a_union("a.v1"), a_union("a.v1", "b.v1"), "$: type b.v1 added"),
    "value added": (a_message(a={"enum": ["x"]}), a_message(a={"enum": ["x", "y"]}), "$.a: value 'y' added"),
    "values freed": (a_message(a={**TEXT, "enum": ["x"]}), a_message(a=TEXT), "$.a: values freed"),
    "null allowed": (a_message(a=TEXT), a_message(a={"anyOf": [TEXT, {"type": "null"}]}), "$.a: null added"),
    "anything allowed": (a_message(a=TEXT), a_message(a={}), "$.a: any added"),
    "no longer required": (a_message(a=TEXT, required=("id", "a")), a_message(a=TEXT), "$.a: no longer required"),
    "maximum raised": (
        a_message(a={**TEXT, "maxLength": 8}),
        a_message(a={**TEXT, "maxLength": 9}),
        "$.a: maxLength 8 is now 9",
    ),
    "minimum dropped": (
        a_message(a={**TEXT, "minLength": 8}),
        a_message(a=TEXT),
        "$.a: minLength 8 is now None",
    ),
    "pattern dropped": (
        a_message(a={**TEXT, "pattern": "^a"}),
        a_message(a=TEXT),
        "$.a: pattern ^a is now None",
    ),
}
HARMLESS: dict[str, tuple[Schema, Schema]] = {
    "nothing changed": (a_union("a.v1", "b.v1"), a_union("a.v1", "b.v1")),
    "optional property added": (a_message(), a_message(a={"enum": ["x"]})),
    "description changed": (
        a_message(a={**TEXT, "description": "x"}),
        a_message(a={**TEXT, "description": "y", "title": "A"}),
    ),
    "definition renamed and members reordered": (a_union("a.v1", "b.v1"), a_union("b.v1", "a.v1")),
    "definition written in place": (
        {"$defs": {"A": TEXT}, **a_message(a={"$ref": "#/$defs/A"})},
        a_message(a=TEXT),
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), BREAKING.values(), ids=BREAKING)
def test_a_break_is_found_and_named(old: Schema, new: Schema, expected: str) -> None:
    assert breaking_changes(old, new) == [expected]


@pytest.mark.parametrize(("old", "new", "expected"), CONSUMERS_FIRST.values(), ids=CONSUMERS_FIRST)
def test_what_old_consumers_would_refuse_wants_them_deployed_first(old: Schema, new: Schema, expected: str) -> None:
    assert breaking_changes(old, new) == []
    assert consumers_first(old, new) == [expected]


@pytest.mark.parametrize(("old", "new"), HARMLESS.values(), ids=HARMLESS)
def test_what_nobody_notices_is_no_change(old: Schema, new: Schema) -> None:
    assert breaking_changes(old, new) == []
    assert consumers_first(old, new) == []


def test_alternatives_of_one_type_are_compared_each_with_its_own() -> None:
    old = a_message(a={"anyOf": [{**TEXT, "format": "date"}, {**TEXT, "format": "date-time"}]})
    new = a_message(a={"anyOf": [{**TEXT, "format": "date"}, {**TEXT, "format": "time"}]})
    assert breaking_changes(old, new) == ["$.a<string #1>: format date-time is now time"]


def test_members_of_a_union_are_compared_each_with_its_own() -> None:
    changes = breaking_changes(a_union("a.v1", "b.v1", x=TEXT), a_union("b.v1", "a.v1"))
    assert changes == ["$<type a.v1>.x: removed", "$<type b.v1>.x: removed"]
