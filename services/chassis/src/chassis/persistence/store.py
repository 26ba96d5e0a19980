"""The store of a service: its database, the collections in it, and the sweeper of their outboxes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from chassis.clock import Clock
from chassis.ids import new_id
from chassis.messaging.publisher import Outgoing
from chassis.persistence.document import D
from chassis.persistence.documents import Documents
from chassis.persistence.relay import MessagePublisher
from chassis.persistence.table import Database, Index, IndexedTable, Raw

_SWEEPER_INDEX = Index([("has_outbox", 1)])


class Store:
    """A service's database and the collections in it."""

    def __init__(self, database: Database, publisher: MessagePublisher, clock: Clock) -> None:
        self.clock = clock
        self._database = database
        self._publisher = publisher
        self._collections: list[tuple[Documents[Any], IndexedTable, Sequence[Index]]] = []

    def documents(
        self,
        name: str,
        model: type[D],
        *,
        indexes: Sequence[Index] = (),
        state_messages: Callable[[D], Sequence[Outgoing]] | None = None,
    ) -> Documents[D]:
        """Return the collection of that name; its indexes are made at the start.

        `state_messages` renders what a document that owes its state publishes to a compacted topic.
        """
        table = self._database.table(name)
        documents = Documents(name, model, table, self._publisher, state_messages=state_messages)
        self._collections.append((documents, table, indexes))
        return documents

    async def start(self) -> None:
        """Connect and make the indexes; `Transient` where the server is away (call it again then)."""
        await self._database.open()
        for _, table, indexes in self._collections:
            await table.ensure([_SWEEPER_INDEX, *indexes])

    async def drain(self) -> None:
        """Wait until everything that is being published is out, or left to the next sweeper."""
        await asyncio.gather(*(documents.drain() for documents, _, _ in self._collections))

    async def close(self) -> None:
        """Disconnect."""
        await self._database.close()

    async def ping(self) -> None:
        """Return when the server has answered; `Transient` where it does not."""
        await self._database.ping()

    def changes(self, fields: Mapping[str, Sequence[str]]) -> AsyncIterator[tuple[str, Raw] | None]:
        """Yield what any process writes from now on; see `Database.changes`."""
        return self._database.changes(fields)

    async def sweep(self, *, skip_recent: bool = True) -> bool:
        """Publish what crashes left in the outboxes of all collections, and return whether there was any.

        See `Documents.sweep`.
        """
        found = [await documents.sweep(skip_recent=skip_recent) for documents, _, _ in self._collections]
        return any(found)

    async def republish(self) -> None:
        """Publish the present state of every document that has one anew (the broker has lost its data)."""
        for documents, _, _ in self._collections:
            if documents.has_state:
                await documents.mark_state_unpublished(new_id())
                await documents.sweep(skip_recent=False)
