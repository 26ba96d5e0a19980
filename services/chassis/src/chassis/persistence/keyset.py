"""Keyset pagination: a page begins after a position in the sort order, so inserts never shift or repeat items."""

from collections.abc import Mapping, Sequence
from typing import Any

Sort = Sequence[tuple[str, int]]
"""(field, 1 or -1) pairs, as MongoDB takes them."""


def complete(sort: Sort | None) -> Sort:
    """Return the order with `_id` as its last field, which makes it total."""
    order = list(sort or ())
    return order if any(field == "_id" for field, _ in order) else [*order, ("_id", 1)]


def position(raw: Mapping[str, Any], order: Sort) -> list[Any]:
    """Return the values of the sort fields in a stored document."""
    return [_value(raw, field) for field, _ in order]


def _value(raw: Mapping[str, Any], path: str) -> object:
    value: Any = raw
    for part in path.split("."):
        value = value[part]
    return value


def with_after(where: Mapping[str, Any], order: Sort, after: Sequence[Any] | None) -> Mapping[str, Any]:
    """Return the filter narrowed to what comes after a position: larger in a field, equal in all before it."""
    if after is None:
        return where
    alternatives = [
        {field: value for (field, _), value in zip(order[:depth], after, strict=False)}
        | {order[depth][0]: {"$gt" if order[depth][1] > 0 else "$lt": after[depth]}}
        for depth in range(min(len(order), len(after)))
    ]
    narrowed = alternatives[0] if len(alternatives) == 1 else {"$or": alternatives}
    return {"$and": [where, narrowed]} if where else narrowed
