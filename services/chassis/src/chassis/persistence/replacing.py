"""Replacing several documents by one statement, each with another one's content.

A bulk of replacements is a statement for each document, which a server that makes every statement durable before the
next one takes three to five times as long for.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

Raw = dict[str, Any]

MOST_AT_ONCE: Final = 32
"""A server looks each document up among those of the statement, so large statements get slower for each of them."""


def replacement(documents: Sequence[Raw]) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """Return the filter and the pipeline of an update that puts each document in place of the version before it.

    A document whose stored version is another one stays as it is, and does not count as modified. The operators are
    those of MongoDB 4.2.
    """
    ids = [raw["_id"] for raw in documents]
    place = {"$indexOfArray": [{"$literal": ids}, "$_id"]}
    follows = {"$eq": [{"$add": ["$version", 1]}, "$$new.version"]}
    chosen = {"$cond": [follows, "$$new", "$$ROOT"]}
    new = {"$arrayElemAt": [{"$literal": list(documents)}, place]}
    return {"_id": {"$in": ids}}, [{"$replaceWith": {"$let": {"vars": {"new": new}, "in": chosen}}}]
