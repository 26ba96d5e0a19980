"""Replacing several documents by one statement, each with another one's content.

A bulk of replacements is a statement for each document, and a server that makes every statement durable before the next
one takes two to three times as long for them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

Raw = dict[str, Any]

MOST_AT_ONCE: Final = 32
"""For each document the server goes through those of the statement until it finds the one in its place."""


def replacement(documents: Sequence[Raw]) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """Return the filter and the pipeline of an update that puts each document in place of the version before it.

    A document whose stored version is another one stays as it is, and does not count as modified. The operators are
    those of MongoDB 4.2.
    """
    branches = [{"case": _is(write_before(raw)), "then": {"$literal": raw}} for raw in documents]
    chosen = {"$switch": {"branches": branches, "default": "$$ROOT"}}
    return {"_id": {"$in": [raw["_id"] for raw in documents]}}, [{"$replaceWith": chosen}]


def write_before(raw: Raw) -> Raw:
    """Return the fields by which the write is known that a document replaces.

    Its id tells it from one of the same version of a document that was deleted and made anew.
    """
    before = {"_id": raw["_id"], "version": raw["version"] - 1}
    return before | ({"write_id": raw["recent_writes"][-1]} if raw["recent_writes"] else {})


def _is(fields: Raw) -> Mapping[str, Any]:
    return {"$and": [{"$eq": [f"${name}", {"$literal": value}]} for name, value in fields.items()]}
