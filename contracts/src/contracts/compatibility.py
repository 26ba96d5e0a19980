"""What a changed schema breaks. Pure: two JSON Schemas in, sentences out.

Two questions, because readers refuse what they do not know (a `Literal` is closed, a union is told apart by `type`):

- `breaking_changes`: what no order of deployment saves. A new reader refuses or misreads messages that are still on the
  topic, or a reader in use needs what is sent no more. Such a change takes a new `.vN`.
- `consumers_first`: what is safe once every consumer has been deployed, and dead-letters messages before: a new union
  member, a new value of an enumeration, a wider bound or type. No reason for a new version where we deploy all the
  consumers (`compatibility: backward`); where others consume too (`full`), it breaks as well.

A new optional field is neither: readers ignore what they do not know, and take its default where it is missing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Schema = Mapping[str, Any]
_LOWER_BOUNDS: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_UPPER_BOUNDS: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_UNION_TAGS: Final = ("type", "kind")
_ANY: Final = "any"
_INNER: Final = ("items", "additionalProperties", "propertyNames")
_ANNOTATIONS: Final = ("$schema", "$id", "$defs", "title", "description", "default", "examples", "deprecated")
_COMPARED: Final = frozenset(
    (*_LOWER_BOUNDS, *_UPPER_BOUNDS, *_INNER, *_ANNOTATIONS, "type", "const", "enum", "properties", "required")
)


@dataclass(frozen=True)
class _Change:
    text: str
    breaking: bool


def breaking_changes(old_schema: Schema, new_schema: Schema) -> list[str]:
    """Return, each with its place, the changes that need a new topic version."""
    return [change.text for change in _Comparison(old_schema, new_schema).changes() if change.breaking]


def consumers_first(old_schema: Schema, new_schema: Schema) -> list[str]:
    """Return the changes that are safe only once every consumer has been deployed."""
    return [change.text for change in _Comparison(old_schema, new_schema).changes() if not change.breaking]


class _Comparison:
    def __init__(self, old: Schema, new: Schema) -> None:
        self._old, self._new = old, new

    def changes(self) -> Iterator[_Change]:
        return self._nodes(self._old, self._new, "$")

    def _nodes(self, old: Schema, new: Schema, at: str) -> Iterator[_Change]:
        before, after = _alternatives(old, self._old), _alternatives(new, self._new)
        for label in sorted(before.keys() - after.keys() if _ANY not in after else ()):
            yield _Change(f"{at}: {label} removed", breaking=True)
        for label in sorted(after.keys() - before.keys()):
            yield _Change(f"{at}: {label} added", breaking=False)
        for label in sorted(before.keys() & after.keys()):
            yield from self._alternative(before[label], after[label], f"{at}<{label}>" if len(before) > 1 else at)

    def _alternative(self, old: Schema, new: Schema, at: str) -> Iterator[_Change]:
        yield from _values(old, new, at)
        yield from _bounds(old, new, at)
        yield from _opaque(old, new, at)
        yield from self._properties(old, new, at)
        for keyword in (name for name in _INNER if name in old or name in new):
            yield from self._nodes(_schema(old.get(keyword)), _schema(new.get(keyword)), f"{at}[{keyword}]")

    def _properties(self, old: Schema, new: Schema, at: str) -> Iterator[_Change]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name in sorted(before.keys() - after.keys()):
            yield _Change(f"{at}.{name}: removed", breaking=True)
        yield from _required(old, new, at)
        for name in sorted(before.keys() & after.keys()):
            yield from _default(before[name], after[name], f"{at}.{name}")
            yield from self._nodes(before[name], after[name], f"{at}.{name}")


def _alternatives(node: Schema, root: Schema) -> dict[str, Schema]:
    """Return what a node may be, by a label that survives a renaming of its definition."""
    target = _resolved(node, root)
    branches = [*target.get("anyOf", ()), *target.get("oneOf", ())]
    if branches:
        return _numbered(pair for branch in branches for pair in _alternatives(branch, root).items())
    return {_label(target): target}


def _numbered(alternatives: Iterable[tuple[str, Schema]]) -> dict[str, Schema]:
    """Keep alternatives apart that nothing but their order tells apart."""
    named: dict[str, Schema] = {}
    for label, body in alternatives:
        named[f"{label} #{len(named)}" if label in named else label] = body
    return named


def _resolved(node: Schema, root: Schema) -> Schema:
    while "$ref" in node:
        target: Any = root
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _label(node: Schema) -> str:
    properties = node.get("properties", {})
    tags = [f"{tag} {properties[tag]['const']}" for tag in _UNION_TAGS if "const" in properties.get(tag, {})]
    return tags[0] if tags else str(node.get("type", _ANY))


def _required(old: Schema, new: Schema, at: str) -> Iterator[_Change]:
    before, after = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(after - before):
        yield _Change(f"{at}.{name}: newly required", breaking=True)
    for name in sorted((before - after) & new.get("properties", {}).keys()):
        yield _Change(f"{at}.{name}: no longer required", breaking=False)


def _values(old: Schema, new: Schema, at: str) -> Iterator[_Change]:
    before, after = _enumerated(old), _enumerated(new)
    if before is None or after is None:
        if before is not after:
            yield _Change(f"{at}: values {'limited' if before is None else 'freed'}", breaking=before is None)
        return
    for value in sorted(before - after):
        yield _Change(f"{at}: value {value} removed", breaking=True)
    for value in sorted(after - before):
        yield _Change(f"{at}: value {value} added", breaking=False)


def _enumerated(node: Schema) -> set[str] | None:
    if "const" in node:
        return {repr(node["const"])}
    return {repr(value) for value in node["enum"]} if "enum" in node else None


def _bounds(old: Schema, new: Schema, at: str) -> Iterator[_Change]:
    for names, sign in ((_LOWER_BOUNDS, 1), (_UPPER_BOUNDS, -1)):
        for name in names:
            before, after = old.get(name), new.get(name)
            if before != after:
                narrower = before is None or (after is not None and (after - before) * sign > 0)
                yield _Change(f"{at}: {name} {before} is now {after}", breaking=narrower)


def _opaque(old: Schema, new: Schema, at: str) -> Iterator[_Change]:
    """Compare keywords that cannot be told wider or narrower (`pattern`, `format`): only taking one away is wider."""
    for name in sorted((old.keys() | new.keys()) - _COMPARED):
        if old.get(name) != new.get(name):
            yield _Change(f"{at}: {name} {old.get(name)} is now {new.get(name)}", breaking=name in new)


def _default(old: Schema, new: Schema, at: str) -> Iterator[_Change]:
    """A message without the field would mean something else than when it was sent."""
    if "default" in old and "default" in new and old["default"] != new["default"]:
        yield _Change(f"{at}: default {old['default']} is now {new['default']}", breaking=True)


def _schema(value: Any) -> Schema:  # noqa: ANN401 - JSON Schema allows true and false for a schema
    if value is False:
        return {"type": "nothing"}
    return value if isinstance(value, Mapping) else {}
