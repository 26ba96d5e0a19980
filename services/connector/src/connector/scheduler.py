"""The scheduler: looks for connections whose time has come, and asks for their work like everyone: by a command."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import structlog

from chassis.clock import Clock
from chassis.correlation import bind_correlation
from chassis.ids import new_id
from connector.domain.connection import Connection
from connector.domain.due import due_now
from connector.domain.lifecycle import resyncing
from connector.domain.reads import Pace
from connector.domain.taking import moved_on, take
from connector.work.connections import Connections
from connector.work.facts import Facts
from connector.work.parking import Parking

log = structlog.get_logger()

AT_ONCE = 100
"""Connections looked for at a time."""


@dataclass(frozen=True)
class Scheduler:
    """Emits what is due. Two pods may run it: each due time is taken by one versioned write, with its message."""

    connections: Connections
    parking: Parking
    facts: Facts
    clock: Clock
    pace: Pace

    async def tick(self) -> None:
        """Ask for everything that is due now."""
        now = self.clock.now()
        where = {"due_at": {"$lte": now}}
        found = await self.connections.documents.find(where, sort=[("due_at", 1)], limit=AT_ONCE)
        outcomes = await asyncio.gather(*(self._ask(one, now) for one in found), return_exceptions=True)
        for connection, outcome in zip(found, outcomes, strict=True):
            if isinstance(outcome, BaseException):  # one connection's trouble must not keep the others waiting
                log.error("not_scheduled", connection=connection.id, exc_info=outcome)

    async def resync_all(self) -> None:
        """Ask for a replay of both sides of every connection: the broker has lost its data."""
        documents, after = self.connections.documents, None
        while page := await documents.find({"phase": "running"}, limit=AT_ONCE, after=after):
            await asyncio.gather(*map(self._resync, page))
            after = documents.position(page[-1])

    async def _resync(self, connection: Connection) -> None:
        now, replay_id = self.clock.now(), new_id()
        await self.connections.change(connection.id, lambda c: resyncing(c, replay_id, now))

    async def _ask(self, connection: Connection, now: datetime) -> None:
        bind_correlation(new_id())
        if "retry" in due_now(connection, now):
            await self.parking.take_up(connection.id)
        await self.connections.change(connection.id, lambda c: self._taken(c, now))

    def _taken(self, connection: Connection, now: datetime) -> Connection:
        """Return the connection with its due times moved on, and what they ask for in its outbox."""
        taken = take(connection.due, now, self.pace, connection.push)
        if not taken.kinds:
            return connection
        after = moved_on(connection, taken, now, new_id())
        return after.sending(self.facts.pull(after, taken.reason)) if taken.reason else after
