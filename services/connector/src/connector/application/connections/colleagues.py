"""Telling those who share a calendar that a colleague's sync has left it or is back (A10).

Whose an event is follows from the connections of its calendar, so it can change when one of them does: then the others
look again at once, not at their daily look.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chassis.clock import Clock
from chassis.ids import new_id
from connector.application.connections.repository import Connections
from connector.domain.connection.lifecycle import resyncing
from connector.domain.model.connection import Connection, SharingNews
from connector.domain.scheduling.schedule import sooner


@dataclass(frozen=True)
class Colleagues:
    """Makes the others look again; a repeated telling makes them look once more."""

    connections: Connections
    clock: Clock

    async def tell(self, connection: Connection) -> Mapping[str, SharingNews]:
        """Tell all that a connection owes its colleagues, and return it."""
        for identity, news in connection.sharing_news.items():
            await self._tell(connection, identity, news)
        return connection.sharing_news

    async def _tell(self, connection: Connection, identity: str, news: SharingNews) -> None:
        where = {"company_id": connection.company_id, "calendar_identity": identity}
        everybody = await self.connections.documents.find(where)
        if news == "joined" and not _was_there_before(connection, everybody):
            return  # who joins takes nothing over
        for other in everybody:
            if other.phase == "running" and other.user_id != connection.user_id:
                await self._look_again(other.id, news)

    async def _look_again(self, connection_id: str, news: SharingNews) -> None:
        now, replay_id = self.clock.now(), new_id()
        await self.connections.change(connection_id, lambda c: _looking_again(c, news, now, replay_id))


def _was_there_before(connection: Connection, everybody: list[Connection]) -> bool:
    return any(one.account_key == connection.account_key and one.id != connection.id for one in everybody)


def _looking_again(connection: Connection, news: SharingNews, now: datetime, replay_id: str) -> Connection:
    """Return a colleague's connection after the news.

    Where somebody left, what it skipped may be its own by now, which its next read publishes. Where somebody is back,
    what it has may be his again: only a full read compares that.
    """
    if connection.phase != "running":
        return connection
    return sooner(connection, "settings", now) if news == "left" else resyncing(connection, replay_id, now)
