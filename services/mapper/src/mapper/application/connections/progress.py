"""Counts the links of connections and publishes how far they are, where that changed (L2)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from chassis.clock import Clock
from mapper.adapters.collections import Collections
from mapper.application.causation import Causation
from mapper.application.dirty_set import DirtyConnections
from mapper.application.message_factory import counts_message, drained_message
from mapper.domain.model.connections.connection import Connection, Counts

_PAGE = 200


@dataclass(frozen=True)
class Progress:
    """Counts the connections that something happened to; idle ones less often."""

    collections: Collections
    clock: Clock
    dirty: DirtyConnections

    async def touch_all(self) -> None:
        """Count every connection once: the process before may have died before it did."""
        async for page in self.collections.connections.pages({}, size=_PAGE):
            for connection in page:
                self.dirty.touch(connection)

    async def publish_busy(self) -> bool:
        """Publish how far the connections are that have something under way; return whether more is to be counted."""
        await self.dirty.busy.process(self._count_all)
        return bool(self.dirty.busy)

    async def publish_idle(self) -> bool:
        """The same for those where single changes come and go: none is worth two messages and four writes."""
        await self.dirty.idle.process(self._count_all)
        return bool(self.dirty.idle)

    async def _count_all(self, connection_ids: Sequence[str]) -> None:
        found = await self.collections.connections.get_many(connection_ids)
        await asyncio.gather(*map(self._count, found.values()))

    async def _count(self, connection: Connection) -> None:
        links = await self._count_links(connection)
        pending = await self.collections.links.count({"connection_id": connection.id, "has_pending": True})
        refused = await self._count_refused(connection)
        causation = Causation.timer(self.clock.now())

        def change(current: Connection | None) -> Connection | None:
            if current is None:
                return None
            counted = _with_counts(current, Counts.of(current, links=links, pending=pending), causation)
            return _with_drain(counted, pending, refused, causation)

        stored = await self.collections.connections.update(connection.id, change, seen=connection)
        if stored and not stored.caught_up:
            self.dirty.touch(stored)

    async def _count_links(self, connection: Connection) -> int:
        """Count while that shows progress; once caught up, one change must not cost what the calendar is large."""
        if connection.counted and connection.counted.replayed and connection.caught_up:
            return connection.counted.links
        return await self.collections.links.count({"connection_id": connection.id})

    async def _count_refused(self, connection: Connection) -> int:
        if connection.status != "stopping":
            return 0
        return await self.collections.links.count({"connection_id": connection.id, "left_behind": True})


def _with_counts(connection: Connection, counts: Counts, causation: Causation) -> Connection:
    if counts == connection.counted:
        return connection
    return connection.with_counts(counts).with_messages(counts_message(connection, counts, causation))


def _with_drain(connection: Connection, pending: int, refused: int, causation: Causation) -> Connection:
    if pending or not connection.drains:
        return connection
    return connection.with_drain_published().with_messages(drained_message(connection, refused, causation))
