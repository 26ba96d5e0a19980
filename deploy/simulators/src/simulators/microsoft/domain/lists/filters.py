"""`$filter` on events: the part of OData's language (v4.01, 5.1.1) that Exchange takes, judged on the event.

Comparisons joined by `and`, `or`, `not`; `startswith`, `endswith` and `contains`; and the search for an extended
property, `singleValueExtendedProperties/any(ep: ep/id eq '…' and ep/value eq '…')`.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from simulators.frame.store.errors import invalid_request
from simulators.microsoft.domain.errors import bad_request

Json = dict[str, Any]
Judge = Callable[[Json, dict[str, str]], bool]

_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[(),:]|[^\s(),:']+(?::[\w:.+-]+)?)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    name: getattr(operator, name) for name in ("eq", "ne", "lt", "le", "gt", "ge")
}
_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": operator.contains,
}
_EXTENDED = "singlevalueextendedproperties/any"


@dataclass(frozen=True, slots=True)
class Filter:
    """A compiled filter. `needle`: the extended property that whatever passes must have."""

    passes: Judge
    needle: tuple[str, str] | None


def compiled(text: str) -> Filter:
    """Read a filter; 400 for what is none."""
    reader = _Reader(text, _TOKEN.findall(text))
    judge = reader.either()
    if reader.tokens or not _complete(text):
        raise reader.wrong()
    return Filter(judge, reader.needles[0] if len(reader.needles) == 1 and not reader.loose else None)


def _complete(text: str) -> bool:
    return not _TOKEN.sub("", text).strip()


@dataclass(slots=True)
class _Reader:
    """Reads by recursive descent. `loose`: an `or` or `not` was seen, so that no part must hold by itself."""

    text: str
    tokens: list[str]
    needles: list[tuple[str, str]] = field(default_factory=list)
    loose: bool = False

    def wrong(self) -> Exception:
        """The 400 for this filter."""
        return bad_request(f"Invalid filter clause: {self.text}")

    def next(self, wanted: str | None = None) -> str:
        """Take the next token, which must be `wanted` where that is given."""
        if not self.tokens or (wanted is not None and self.tokens[0].lower() != wanted):
            raise self.wrong()
        return self.tokens.pop(0)

    def sees(self, word: str) -> bool:
        """Whether the next token is this word."""
        return bool(self.tokens) and self.tokens[0].lower() == word

    def either(self) -> Judge:
        """`… or …`."""
        parts = [self.both()]
        while self.sees("or"):
            self.next()
            self.loose = True
            parts.append(self.both())
        return lambda event, properties: any(part(event, properties) for part in parts)

    def both(self) -> Judge:
        """`… and …`."""
        parts = [self.one()]
        while self.sees("and"):
            self.next()
            parts.append(self.one())
        return lambda event, properties: all(part(event, properties) for part in parts)

    def one(self) -> Judge:
        """A comparison, a function, a group, or its opposite."""
        if self.sees("not"):
            self.next()
            self.loose = True
            inner = self.one()
            return lambda event, properties: not inner(event, properties)
        if self.sees("("):
            self.next()
            judge = self.either()
            self.next(")")
            return judge
        name = self.next()
        if name.lower() == _EXTENDED:
            return self.extended()
        if name.lower() in _TEXTS:
            return self.function(_TEXTS[name.lower()])
        return self.comparison(name)

    def comparison(self, name: str) -> Judge:
        """`start/dateTime ge '…'`."""
        compare = _COMPARE.get(self.next().lower())
        if compare is None:
            raise self.wrong()
        right = _literal(self.next())
        return lambda event, _: _compared(compare, _value(event, name), right)

    def function(self, judge: Callable[[str, str], bool]) -> Judge:
        """`startswith(subject,'…')`."""
        self.next("(")
        name = self.next()
        self.next(",")
        part = str(_literal(self.next())).casefold()
        self.next(")")
        return lambda event, _: judge(str(_value(event, name) or "").casefold(), part)

    def extended(self) -> Judge:
        """Search by an extended property: the name's case counts, the value's does not."""
        self.next("(")
        variable = self.next()
        self.next(":")
        wanted: dict[str, str] = {}
        while not self.sees(")"):
            owner, _, part = self.next().partition("/")
            self.next("eq")
            wanted[part] = str(_literal(self.next()))
            if owner != variable:
                raise self.wrong()
            if self.sees("and"):
                self.next()
        self.next(")")
        if wanted.keys() != {"id", "value"}:
            raise invalid_request("The filter on extended properties needs an id and a value.")
        name, value = wanted["id"], wanted["value"].casefold()
        self.needles.append((name, wanted["value"]))
        return lambda _, properties: name in properties and properties[name].casefold() == value


def _literal(token: str) -> Any:  # noqa: ANN401 - any literal of OData
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    if token.lower() in {"true", "false", "null"}:
        return {"true": True, "false": False, "null": None}[token.lower()]
    return int(token) if token.lstrip("-").isdecimal() else token


def _value(event: Json, path: str) -> Any:  # noqa: ANN401 - any JSON value
    value: Any = event
    for name in path.split("/"):
        if not isinstance(value, dict) or name not in value:
            raise bad_request(f"Could not find a property named '{name}' on type 'microsoft.graph.event'.")
        value = value[name]
    return value


def _compared(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:  # noqa: ANN401
    if isinstance(left, str) and isinstance(right, str):
        moments = _moment(left), _moment(right)
        if all(moments):
            left, right = moments
    try:
        return compare(left, right)
    except TypeError as error:
        raise bad_request("A binary operator with incompatible types was detected.") from error


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
