"""Invalidates what was published before the broker lost its data (K4): it may not have been consumed."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chassis.clock import Clock
from mapper.adapters.collections import Collections
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.link import Link
from mapper.domain.rules.invalidation import invalidated

_PAGE = 200
_CONNECTOR_STARTS = timedelta(seconds=10)
"""How long the connector is given to begin a replay of its own, where it starts together with us."""
_TO_INVALIDATE: Final = {"$or": [{"event.gone": None, "event.seq": {"$gt": 0}}, {"has_pending": True}]}


@dataclass(frozen=True)
class Invalidation:
    """Run once at the start, when the broker was replaced."""

    collections: Collections
    clock: Clock

    async def invalidate_all(self) -> None:
        """Take no event as shown and no command as sent.

        The replay that every connection begins then asks for what it does not show; one that begins none is asked.
        """
        async for page in self.collections.links.pages(_TO_INVALIDATE, size=_PAGE):
            await asyncio.gather(*(self._invalidate_link(link) for link in page))
        async for held in self.collections.connections.pages({}, size=_PAGE):
            await asyncio.gather(*(self._invalidate_connection(one) for one in held))

    async def _invalidate_link(self, link: Link) -> None:
        now = self.clock.now()
        await self.collections.links.update(link.id, lambda current: invalidated(current, now) if current else None)

    async def _invalidate_connection(self, connection: Connection) -> None:
        due_at = self.clock.now() + _CONNECTOR_STARTS

        def change(current: Connection | None) -> Connection | None:
            return current.with_replay_invalidated(due_at) if current and current.running else current

        await self.collections.connections.update(connection.id, change)
