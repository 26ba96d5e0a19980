"""The Graph v1.0 metadata (CSDL) as a judge of every answer, so that the simulator cannot drift into what we wish.

Microsoft's own file, beside the project where it is at hand: names, types, enumerations and nulls are checked.
"""

import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

Json = Any

_NAMESPACE = "microsoft.graph"
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)$")
_GUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_DATE = re.compile(r"^\d{4}-\d\d-\d\d$")


def _whole(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _matches(pattern: re.Pattern[str]) -> Callable[[Json], bool]:
    return lambda value: isinstance(value, str) and pattern.match(value) is not None


_PRIMITIVES: dict[str, Callable[[Json], bool]] = {
    "Edm.String": lambda value: isinstance(value, str),
    "Edm.Boolean": lambda value: isinstance(value, bool),
    "Edm.Int32": _whole,
    "Edm.Int64": _whole,
    "Edm.Double": lambda value: _whole(value) or isinstance(value, float),
    "Edm.DateTimeOffset": _matches(_MOMENT),
    "Edm.Date": _matches(_DATE),
    "Edm.Guid": _matches(_GUID),
}
# `event` is an open type: these are on the wire (v1.0 answers) though the file does not name them.
_OPEN = {"event": frozenset({"uid", "occurrenceId"})}
# What each operation answers; a star stands for a collection's rows.
_ANSWERS = {
    "user.get": "user",
    "mailboxSettings.get": "mailboxSettings",
    "calendars.list": "*calendar",
    "calendars.get": "calendar",
    "events.list": "*event",
    "events.get": "event",
    "events.create": "event",
    "events.update": "event",
    "events.instances": "*event",
    "events.delta": "*event",
    "calendarView.list": "*event",
    "calendarView.delta": "*event",
    "subscriptions.list": "*subscription",
    "subscriptions.get": "subscription",
    "subscriptions.create": "subscription",
    "subscriptions.update": "subscription",
    "ids.translate": "*convertIdResult",
}


@dataclass(frozen=True, slots=True)
class Property:
    """A property's type, and whether it may be null."""

    type: str
    nullable: bool


@dataclass(slots=True)
class Metadata:
    """The types of the file."""

    bases: dict[str, str | None] = field(default_factory=dict)
    properties: dict[str, dict[str, Property]] = field(default_factory=dict)
    enums: dict[str, frozenset[str]] = field(default_factory=dict)

    def problems(self, operation: str, body: Json) -> list[str]:
        """What is wrong with an operation's answer; empty when Graph could have given it."""
        kind = _ANSWERS[operation]
        if not kind.startswith("*"):
            return list(self.judge(body, kind, operation))
        rows = body.get("value")
        if not isinstance(rows, list):
            return [f"{operation}: no rows"]
        found = (problem for row in rows for problem in self.judge(row, kind[1:], operation))
        return [*found, *(f"{operation}: unknown {name}" for name in body if name != "value" and "@" not in name)]

    def judge(self, value: Json, kind: str, where: str) -> Iterator[str]:
        """The problems of a value that should be of a structured type."""
        if not isinstance(value, dict):
            yield f"{where}: no {kind}"
            return
        known = self.all_properties(kind)
        for name, one in value.items():
            if "@" in name or name in _OPEN.get(kind, ()):
                continue
            if name in known:
                yield from self._check(one, known[name], f"{where}/{name}")
            else:
                yield f"{where}: {kind} has no {name}"

    def all_properties(self, kind: str) -> dict[str, Property]:
        """A type's own and inherited properties."""
        base = self.bases.get(kind)
        inherited = self.all_properties(base) if base else {}
        return inherited | self.properties[kind]

    def _check(self, value: Json, wanted: Property, where: str) -> Iterator[str]:
        if value is None:
            if not wanted.nullable:
                yield f"{where}: null"
        elif wanted.type.startswith("Collection("):
            inner = Property(wanted.type[len("Collection(") : -1], nullable=False)
            for one in value if isinstance(value, list) else [None]:
                yield from self._check(one, inner, where)
        elif wanted.type in _PRIMITIVES:
            if not _PRIMITIVES[wanted.type](value):
                yield f"{where}: {value!r} is no {wanted.type}"
        elif (name := wanted.type.removeprefix("graph.")) in self.enums:
            if value not in self.enums[name]:
                yield f"{where}: {value!r} is no {name}"
        else:
            yield from self.judge(value, name, where)


@lru_cache(maxsize=1)
def metadata(path: Path) -> Metadata:
    """Read the file, gzipped or plain."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    made = Metadata()
    for schema in ET.fromstring(data).iter():  # noqa: S314 - a file of our own choice
        if schema.tag.endswith("}Schema") and schema.get("Namespace") == _NAMESPACE:
            _read(schema, made)
    return made


def _read(schema: ET.Element, made: Metadata) -> None:
    for one in schema:
        kind, name = one.tag.rpartition("}")[2], one.get("Name", "")
        if kind == "EnumType":
            made.enums[name] = frozenset(member.get("Name", "") for member in one)
        elif kind in {"EntityType", "ComplexType"}:
            base = one.get("BaseType")
            made.bases[name] = base.removeprefix("graph.") if base else None
            made.properties[name] = {part.get("Name", ""): _property(part) for part in one if part.get("Type")}


def _property(part: ET.Element) -> Property:
    return Property(part.get("Type", ""), part.get("Nullable") != "false")
