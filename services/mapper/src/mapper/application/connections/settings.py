"""Takes in what the connector tells of a connection, and asks both sides for a replay where it begins a new one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.clock import Clock
from contracts.connections import ConnectionChanged
from mapper.adapters.collections import Collections
from mapper.application.causation import Causation
from mapper.application.message_factory import replay_messages
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.connections.connection_changes import apply_connection_changed, needs_replay_request

Handle = Callable[[ConnectionChanged], Awaitable[None]]


@dataclass(frozen=True)
class ConnectionHandler:
    """Keeps the mapper's copy of the connections up to date."""

    collections: Collections
    clock: Clock
    replay_after: timedelta
    touch: Callable[[Connection], None]

    async def connection_changed(self, fact: ConnectionChanged) -> None:
        """Take in a connection's settings and status, and ask both sides for a replay where it is a new one."""
        causation = Causation.of(fact, self.clock.now())

        def change(current: Connection | None) -> Connection:
            return with_replay_requested(apply_connection_changed(current, fact), causation, self.replay_after)

        if stored := await self.collections.connections.update(fact.connection_id, change):
            self.touch(stored)

    async def recover(self, replay_topic: Callable[[Handle], Awaitable[int]]) -> None:
        """Take in all that was ever told of connections, where the database knows none: it is new, or was lost."""
        if not await self.collections.connections.find({}, limit=1):
            await replay_topic(self._learn)

    async def _learn(self, fact: ConnectionChanged) -> None:
        """Take in a connection before anything can be published: its replay is asked for afterwards, as overdue."""
        now = self.clock.now()
        await self.collections.connections.update(
            fact.connection_id, lambda current: _learned(apply_connection_changed(current, fact), now)
        )


def with_replay_requested(connection: Connection, causation: Causation, replay_after: timedelta) -> Connection:
    """Return the connection with a replay of both sides asked for, where one is due (K4)."""
    if not needs_replay_request(connection, causation.now):
        return connection
    asked = connection.with_replay_requested(causation.now + replay_after)
    return asked.with_messages(*replay_messages(connection, causation))


def _learned(connection: Connection, now: datetime) -> Connection:
    return connection.expecting_replay(now if connection.running else None)
