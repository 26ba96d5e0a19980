"""A collection in memory: what MongoDB does to our documents, for tests that need no server.

Documents go through BSON, so that what MongoDB would refuse or change is refused or changed here, too.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import bson
from mongomock.filtering import filter_applies

from chassis.errors import Rejected
from chassis.persistence.document import CODEC
from chassis.persistence.keyset import Sort
from chassis.persistence.replacing import write_before
from chassis.persistence.table import Index, Raw

Trip = Callable[[], AbstractAsyncContextManager[None]]
"""The way to the server and back, around every call; raises `Transient` where the server is away."""

_BY_ID = [("_id", 1)]
_CLEARED = {"outbox": [], "has_outbox": False, "state_owed": False}
_TAKEN = "a unique value is taken by another document"


class MemoryTable:
    """See `chassis.persistence.table.Table` for what its methods mean, and `MongoTable` for the other one."""

    def __init__(self, trip: Trip = nullcontext) -> None:
        self.rows: dict[str, Raw] = {}
        """All documents as they were stored; nobody may change them."""
        self._bytes: dict[str, bytes] = {}
        self._trip = trip
        self._unique: set[tuple[str, ...]] = set()

    def mentions(self, text: str) -> bool:
        """Tell whether a text is in any document."""
        return any(text.encode() in one for one in self._bytes.values())

    async def ensure(self, indexes: Sequence[Index]) -> None:
        """Keep the unique indexes."""
        async with self._trip():
            self._unique |= {tuple(name for name, _ in index.keys) for index in indexes if index.unique}

    async def fetch(self, ids: Sequence[str]) -> Sequence[Raw | None]:
        """Return the documents with these ids."""
        async with self._trip():
            return [self._given(one) if one in self.rows else None for one in ids]

    async def insert(self, documents: Sequence[Raw]) -> Sequence[bool | Exception]:
        """Insert each; False where a unique value is taken."""
        stored = [_stored(raw) for raw in documents]
        async with self._trip():
            return [self._inserted(raw) for raw in stored]

    async def replace(self, documents: Sequence[Raw]) -> Sequence[bool | Exception]:
        """Replace each where the stored version is one less than its own."""
        stored = [_stored(raw) for raw in documents]
        async with self._trip():
            return [self._replaced(raw) for raw in stored]

    async def clear_outboxes(self, writes: Sequence[tuple[str, str]]) -> Sequence[bool | Exception]:
        """Clear each outbox whose write is still the last."""
        async with self._trip():
            return [self._cleared(*write) for write in writes]

    async def find(self, where: Mapping[str, Any], sort: Sort, limit: int | None) -> list[Raw]:
        """Return the documents that match a filter, sorted."""
        async with self._trip():
            found = self._matching(where)
            for path, direction in reversed(sort):
                found.sort(key=lambda raw, path=path: _order(raw, path), reverse=direction < 0)  # type: ignore[misc]
            return [self._given(raw["_id"]) for raw in found[: limit or None]]

    async def pages(
        self, where: Mapping[str, Any], size: int, *, without: Callable[[str], bool] | None = None
    ) -> AsyncIterator[list[Raw]]:
        """Yield what matched at the start and does so still, page by page."""
        async with self._trip():
            chosen = sorted(raw["_id"] for raw in self._matching(where))
        chosen = [one for one in chosen if without is None or not without(one)]
        for start in range(0, len(chosen), size):
            yield await self.find({"$and": [{"_id": {"$in": chosen[start : start + size]}}, where]}, _BY_ID, None)

    async def count(self, where: Mapping[str, Any]) -> int:
        """Return how many documents match a filter."""
        async with self._trip():
            return len(self._matching(where))

    async def delete(self, document_id: str, version: int) -> bool:
        """Delete the document where it has this version."""
        async with self._trip():
            there = self.rows.get(document_id)
            if there is None or there["version"] != version:
                return False
            del self.rows[document_id], self._bytes[document_id]
            return True

    async def mark_state_unpublished(self, token: str) -> None:
        """Mark every document as owing its state."""
        async with self._trip():
            for key, raw in list(self.rows.items()):
                self._keep(raw | {"state_owed": True, "has_outbox": True, "write_id": f"{token}:{key}"})

    def _inserted(self, raw: Raw) -> bool:
        if raw["_id"] in self.rows or self._collides(raw):
            return False
        self._keep(raw)
        return True

    def _replaced(self, raw: Raw) -> bool | Exception:
        there = self.rows.get(raw["_id"])
        before = write_before(raw)
        if there is None or {name: there[name] for name in before} != before:
            return False
        if self._collides(raw):
            return Rejected("duplicate_key", _TAKEN)
        self._keep(raw)
        return True

    def _cleared(self, key: str, write: str) -> bool:
        there = self.rows.get(key)
        if there is None or there["write_id"] != write:
            return False
        self._keep(there | _CLEARED)
        return True

    def _keep(self, raw: Raw) -> None:
        self.rows[raw["_id"]], self._bytes[raw["_id"]] = raw, bson.encode(raw, codec_options=CODEC)

    def _given(self, key: str) -> Raw:
        return bson.decode(self._bytes[key], CODEC)

    def _collides(self, raw: Raw) -> bool:
        others = [one for one in self.rows.values() if one["_id"] != raw["_id"]] if self._unique else []
        return any(_values(one, names) == _values(raw, names) for names in self._unique for one in others)

    def _matching(self, where: Mapping[str, Any]) -> list[Raw]:
        return [raw for raw in self.rows.values() if filter_applies(where, raw)]  # type: ignore[no-untyped-call]


def _stored(raw: Raw) -> Raw:
    """Return the document as a server keeps it."""
    return bson.decode(bson.encode(raw, codec_options=CODEC), CODEC)


def _values(raw: Raw, names: tuple[str, ...]) -> list[Any]:
    return [_value(raw, name) for name in names]


def _value(raw: Raw, path: str) -> Any:
    value: Any = raw
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _order(raw: Raw, path: str) -> tuple[bool, Any]:
    """Return what a document is sorted by; what is null or missing comes first."""
    value = _value(raw, path)
    return value is not None, value if value is not None else 0
