"""Reading both sides of every connection anew, after the broker has lost its data (K4)."""

import asyncio
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.ids import new_id
from connector.application.connections.repository import Connections
from connector.domain.connection.lifecycle import resyncing
from connector.domain.model.connection import Connection

_SIDE_BY_SIDE = 100


@dataclass(frozen=True)
class Resync:
    """Asks the mapper for replays."""

    connections: Connections
    clock: Clock

    async def all_running(self) -> None:
        """Ask for a replay of both sides of every running connection."""
        async for page in self.connections.documents.pages({"phase": "running"}, size=_SIDE_BY_SIDE):
            await asyncio.gather(*map(self._resync, page))

    async def _resync(self, connection: Connection) -> None:
        now, replay_id = self.clock.now(), new_id()
        await self.connections.change(connection.id, lambda c: resyncing(c, replay_id, now))
