"""What a request asks of its answer: query options (`$select`, `$expand`, `$top` …) and the `Prefer` header."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simulators.frame.store import zones
from simulators.frame.store.errors import invalid_request
from simulators.microsoft.domain.errors import bad_request

DEFAULT_PAGE, MAX_PAGE = 10, 1000
_PROPERTY = re.compile(r"^\s*\$filter=id eq '(?P<id>[^']+)'(?P<more>.*)$", re.DOTALL)
_NAMED = re.compile(r"id eq '([^']+)'")


@dataclass(frozen=True, slots=True)
class Prefer:
    """The `Prefer` header: it holds for the one call that carries it."""

    zone: str = "UTC"
    immutable: bool = False
    text: bool = False
    page_size: int | None = None
    applied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """The query options of a list or a single event."""

    select: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    exceptions: bool = False
    filter: str | None = None
    order: str | None = None
    top: int | None = None
    skip: int = 0
    count: bool = False

    @property
    def cancelled(self) -> bool:
        """Whether `cancelledOccurrences` is asked for: it is never shown otherwise."""
        return "cancelledOccurrences" in self.select


def prefer(values: Iterable[str]) -> Prefer:
    """Read all `Prefer` headers; what is unknown is ignored (RFC 7240)."""
    found: dict[str, str] = {}
    for value in values:
        for part in value.split(","):
            name, _, content = part.strip().partition("=")
            found[name.strip().lower()] = content.strip().strip('"')
    zone = found.get("outlook.timezone")
    if zone is not None:
        zones.iana(zone)
    size = found.get("odata.maxpagesize", "")
    taken = [name for name in found if name in _TAKEN]
    return Prefer(
        zone=zone or "UTC",
        immutable=found.get("idtype", "").lower() == "immutableid",
        text=found.get("outlook.body-content-type", "").lower() == "text",
        page_size=min(max(int(size), 1), MAX_PAGE) if size.isdecimal() else None,
        applied=tuple(f'{name}="{found[name]}"' for name in taken),
    )


_TAKEN = frozenset({"outlook.timezone", "idtype", "outlook.body-content-type", "odata.maxpagesize"})


def parse(query: Mapping[str, str]) -> Options:
    """Read the query options; 400 for malformed ones."""
    properties, exceptions = _expanded(query.get("$expand", ""))
    return Options(
        select=tuple(one.strip() for one in query.get("$select", "").split(",") if one.strip()),
        properties=properties,
        exceptions=exceptions,
        filter=query.get("$filter"),
        order=query.get("$orderby"),
        top=_number(query, "$top", 1, MAX_PAGE),
        skip=_number(query, "$skip", 0, None) or 0,
        count=query.get("$count", "").lower() == "true",
    )


def _number(query: Mapping[str, str], name: str, low: int, high: int | None) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not text.isdecimal() or int(text) < low:
        raise bad_request(f"Invalid value '{text}' for {name} query option found.")
    if high is not None and int(text) > high:
        raise invalid_request(f"The value of {name} must be at most {high}.")
    return int(text)


def _expanded(text: str) -> tuple[tuple[str, ...], bool]:
    properties: tuple[str, ...] = ()
    exceptions = False
    for part in _parts(text):
        name, _, inner = part.partition("(")
        if name == "exceptionOccurrences":
            exceptions = True
        elif name == "singleValueExtendedProperties":
            properties = _wanted(inner.removesuffix(")"))
        else:
            raise bad_request(f"Parsing OData Select and Expand failed: Could not find a property named '{name}'.")
    return properties, exceptions


def _wanted(inner: str) -> tuple[str, ...]:
    found = _PROPERTY.match(inner)
    if not found:
        # Exchange expands extended properties only by name.
        raise invalid_request("The singleValueExtendedProperties expansion needs a $filter by id.")
    return tuple(_NAMED.findall(inner))


def _parts(text: str) -> list[str]:
    """Split at the commas that are in no parentheses and no quotes."""
    parts, depth, quoted, current = list[str](), 0, False, ""
    for letter in text:
        quoted ^= letter == "'"
        depth += 0 if quoted else (letter == "(") - (letter == ")")
        if letter == "," and not depth and not quoted:
            parts.append(current)
            current = ""
        else:
            current += letter
    return [part.strip() for part in (*parts, current) if part.strip()]
