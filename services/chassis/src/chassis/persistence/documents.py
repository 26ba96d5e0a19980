"""A collection of versioned documents: update by closure, optimistic concurrency, an outbox that cannot be lost."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Generic
from weakref import WeakValueDictionary

from chassis.errors import Rejected, Transient
from chassis.messaging.publisher import Outgoing
from chassis.observability.metrics import OUTBOX_SWEPT, WRITE_CONFLICTS
from chassis.persistence.batch_loader import BatchLoader
from chassis.persistence.document import D, encode, prepared_for_write
from chassis.persistence.identity_map import IdentityMap
from chassis.persistence.keyset import Sort, complete, position, with_after
from chassis.persistence.relay import MessagePublisher, Relay
from chassis.persistence.table import Table

_MAX_CONFLICTS = 40
_BATCH = 100
"""Look-ups by `$in` get slow beyond this on the embedded server."""
_SWEEP_PAGE = 500


class _Unread(Enum):
    """Nothing was read yet."""

    UNREAD = "unread"


UNREAD = _Unread.UNREAD


class Documents(Generic[D]):
    """The documents of one collection. Every call may raise `Transient`: the database is away."""

    def __init__(
        self,
        name: str,
        model: type[D],
        table: Table,
        publisher: MessagePublisher,
        *,
        state_messages: Callable[[D], Sequence[Outgoing]] | None = None,
    ) -> None:
        self.name = name
        self.has_state = state_messages is not None
        self._identity_map: IdentityMap[D] = IdentityMap(model)
        self._table = table
        self._fetch = BatchLoader(table.fetch, size=_BATCH)
        self._insert = BatchLoader(table.insert, size=_BATCH)
        self._replace = BatchLoader(table.replace, size=_BATCH)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._left_over: dict[str, str] = {}
        self._relay: Relay[D] = Relay(
            name, publisher, clear=table.clear_outboxes, reload=self.get, state_messages=state_messages
        )

    async def get(self, document_id: str) -> D | None:
        """Return the document, None where there is none."""
        raw = await self._fetch(document_id)
        return None if raw is None else self._identity_map.resolve(raw)

    async def get_many(self, ids: Sequence[str]) -> dict[str, D]:
        """Return those of the documents that exist, by id."""
        found = await asyncio.gather(*(self.get(document_id) for document_id in dict.fromkeys(ids)))
        return {document.id: document for document in found if document}

    async def find(
        self,
        where: Mapping[str, Any],
        *,
        sort: Sort | None = None,
        limit: int | None = None,
        after: Sequence[Any] | None = None,
    ) -> list[D]:
        """Return the documents that match a MongoDB filter.

        `sort` is a list of (field, 1 or -1) on fields that are never null; `_id` is added as the last. `after` is
        the `position` of the last document of the page before. Filter by an index that exists.
        """
        order = complete(sort)
        raws = await self._table.find(with_after(where, order, after), order, limit)
        return [self._identity_map.resolve(raw) for raw in raws]

    async def pages(self, where: Mapping[str, Any], *, size: int) -> AsyncIterator[list[D]]:
        """Yield all documents that match, page by page in the order of their ids: memory does not grow with them.

        The ids are listed at the start; the documents are read with their page. So changes made meanwhile are seen,
        documents that no longer match are left out (a page may be short or empty), and new ones are not included.
        """
        async for raws in self._table.pages(where, size):
            yield [self._identity_map.resolve(raw) for raw in raws]

    async def pages_until_empty(self, where: Mapping[str, Any], *, size: int) -> AsyncIterator[list[D]]:
        """Yield pages until no document matches; the caller must change each so that it matches no more."""
        left = True
        while left:
            left = False
            async for page in self.pages(where, size=size):
                left = True
                yield page

    def position(self, document: D, *, sort: Sort | None = None) -> list[Any]:
        """Return where a document stands in an order: what `find(after=)` and a cursor take."""
        return position(encode(document), complete(sort))

    async def count(self, where: Mapping[str, Any]) -> int:
        """Return how many documents match a MongoDB filter."""
        return await self._table.count(where)

    async def insert(self, document: D) -> bool:
        """Store a new document (its version at least 1); False where its id or another unique value is taken."""
        return await self._create(document) is not None

    async def update(
        self, document_id: str, change: Callable[[D | None], D | None], *, seen: D | _Unread | None = UNREAD
    ) -> D | None:
        """Load a document, change it by a pure function and store the result; return what is stored then.

        `change` gets None where there is no document, and may be called again when someone else wrote meanwhile.
        Where it returns None or what it was given, nothing is written. The stored version is the loaded one's + 1,
        at first 1. `seen` is the document as the caller has just read it (None: there was none), which spares a read.
        Raises `Rejected` where a unique value is taken by another document.
        """
        async with self._lock(document_id):
            for attempt in range(_MAX_CONFLICTS):
                current = await self.get(document_id) if seen is UNREAD else seen
                seen = UNREAD
                wanted = change(current)
                if wanted is None or wanted == current:
                    return current
                if stored := await self._store(current, wanted):
                    return stored
                WRITE_CONFLICTS.labels(self.name).inc()
                await asyncio.sleep(random.random() * 0.002 * attempt)  # noqa: S311 - spreads contenders
        raise Transient("write_conflict", f"{self.name}: too many writers of one document")

    def known(self, document_id: str) -> D | None:
        """Return a document as this process read or wrote it last; it may have been changed elsewhere since."""
        return self._identity_map.known(document_id)

    async def delete(self, document_id: str, version: int) -> bool:
        """Delete the document for good where it has this version; say whether it had."""
        self._identity_map.forget(document_id)
        return await self._table.delete(document_id, version)

    async def erase(self, where: Mapping[str, Any]) -> int:
        """Delete all documents that match a filter for good, also those that come meanwhile; return how many."""
        count = 0
        async for page in self.pages_until_empty(where, size=_SWEEP_PAGE):
            count += sum(await asyncio.gather(*(self.delete(one.id, one.version) for one in page)))
        return count

    async def drain(self) -> None:
        """Wait until every publication that was started has succeeded or failed."""
        await self._relay.drain()

    async def sweep(self, *, skip_recent: bool = True) -> bool:
        """Publish the outboxes that crashed or failed publications left; return whether any outbox was not empty.

        With `skip_recent`, a write that the sweep before did not see is left out: its writer is probably publishing it,
        unless that was this process, and it failed. That needs no clock, so replicas need not agree on the time.
        """
        found: dict[str, str] = {}
        owing = self._table.pages({"has_outbox": True}, _SWEEP_PAGE, without=self._relay.has_published)
        async for raws in owing:
            unpublished = [self._identity_map.resolve(raw) for raw in raws]
            for document in unpublished:
                found[document.id] = document.write_id
                self._relay.note_waiting(document.id)
            left = [document for document in unpublished if not skip_recent or self._is_left_over(document)]
            if sum(map(self._resume, left)):
                await self.drain()
        self._left_over = found
        self._relay.forget_all_but(found)
        return bool(found)

    async def mark_state_unpublished(self, token: str) -> None:
        """Mark the present state of every document as still to be published."""
        await self._table.mark_state_unpublished(token)

    def _is_left_over(self, document: D) -> bool:
        return self._left_over.get(document.id) == document.write_id or self._relay.has_tried(document)

    def _resume(self, document: D) -> bool:
        """Publish what a document holds, unless that is under way."""
        if self._relay.is_busy(document.id):
            return False
        OUTBOX_SWEPT.labels(self.name).inc()
        self._relay.enqueue(document)
        return True

    def _lock(self, document_id: str) -> asyncio.Lock:
        return self._locks.setdefault(document_id, asyncio.Lock())

    async def _store(self, current: D | None, wanted: D) -> D | None:
        if current is not None:
            return await self._write(current, wanted)
        created = await self._create(wanted)
        if created is None and await self.get(wanted.id) is None:
            raise Rejected("duplicate_key", f"{self.name}: a unique value of {wanted.id} is taken")
        return created

    async def _create(self, document: D) -> D | None:
        outbox = self._relay.unpublished(document.outbox)
        new = prepared_for_write(document, version=max(1, document.version), outbox=outbox, after=None)
        return self._enqueued(new) if await self._insert(encode(new)) else None

    async def _write(self, current: D, wanted: D) -> D | None:
        outbox = self._relay.unpublished(wanted.outbox)
        new = prepared_for_write(wanted, version=current.version + 1, outbox=outbox, after=current)
        return self._enqueued(new) if await self._replace(encode(new)) else None

    def _enqueued(self, document: D) -> D:
        self._identity_map.put(document)
        self._relay.enqueue(document)
        return document
