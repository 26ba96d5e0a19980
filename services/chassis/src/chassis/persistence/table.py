"""What persistence needs of a database: tables of raw documents, their indexes, and the server's connection.

`chassis.persistence.mongo` implements these protocols with motor; tests implement them in memory.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from chassis.persistence.keyset import Sort

Raw = dict[str, Any]


class Table(Protocol):
    """A collection of raw documents. Answers are in the order of the arguments."""

    async def fetch(self, ids: Sequence[str]) -> Sequence[Raw | None]:
        """Return the documents with these ids."""
        ...

    async def insert(self, documents: Sequence[Raw]) -> Sequence[bool | Exception]:
        """Insert each; False where its id, or another unique value, is taken."""
        ...

    async def replace(self, documents: Sequence[Raw]) -> Sequence[bool | Exception]:
        """Replace each where the stored write is the one before its own; say where it was.

        That is one of a version less and of the last of its `recent_writes`.
        """
        ...

    async def clear_outboxes(self, writes: Sequence[tuple[str, str]]) -> Sequence[bool | Exception]:
        """Clear the outbox of each (id, write id) where that write is still the last; say where it was."""
        ...

    async def find(self, where: Mapping[str, Any], sort: Sort, limit: int | None) -> list[Raw]:
        """Return the documents that match a filter, sorted."""
        ...

    def pages(
        self, where: Mapping[str, Any], size: int, *, without: Callable[[str], bool] | None = None
    ) -> AsyncIterator[list[Raw]]:
        """Yield the matching documents in pages, ordered by id.

        The ids are listed at the start, the documents are read page by page: those that no longer match are left out,
        and those that by then are to be left out by their id.
        """
        ...

    async def count(self, where: Mapping[str, Any]) -> int:
        """Return how many documents match a filter."""
        ...

    async def delete(self, document_id: str, version: int) -> bool:
        """Delete the document where it has this version; say whether it had."""
        ...

    async def mark_state_unpublished(self, token: str) -> None:
        """Mark the state of every document as unpublished; `token` becomes the id of that write."""
        ...


@dataclass(frozen=True)
class Index:
    """An index on (field, 1 or -1) pairs; `expire_after` deletes documents that long after the date in its field."""

    keys: Sort
    unique: bool = False
    expire_after: timedelta | None = None


class IndexedTable(Table, Protocol):
    """A table that can be given indexes."""

    async def ensure(self, indexes: Sequence[Index]) -> None:
        """Create the indexes that are missing."""
        ...


class Database(Protocol):
    """The database of one service. Where its server is away, everything but `table` and `close` raises `Transient`."""

    def table(self, name: str) -> IndexedTable:
        """Return a collection; it can be used once the database is open."""
        ...

    async def open(self) -> None:
        """Connect; a second time does nothing."""
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...

    async def ping(self) -> None:
        """Return when the server has answered."""
        ...

    def changes(self, fields: Mapping[str, Sequence[str]]) -> AsyncIterator[tuple[str, Raw] | None]:
        """Yield every document that anybody inserts or replaces, with its table's name, for as long as it is iterated.

        `fields` names the tables, and of each the fields that are wanted. None comes first, when nothing will be missed
        any more, and then about once a second where nothing happens.
        """
        ...
