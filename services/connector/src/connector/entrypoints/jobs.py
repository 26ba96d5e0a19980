"""The scheduler: looks for connections whose time has come, and asks for their work like everyone: by a command."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

import structlog

from chassis.clock import Clock
from chassis.ids import new_id
from chassis.observability.correlation import bind_correlation
from connector.application.connections.repository import Connections
from connector.application.message_factory import Facts
from connector.application.parking import Parking
from connector.application.rate_limiter import Tempos
from connector.domain.connection.dispatch import AT_ONCE, moved_on, standing, take, to_look_for
from connector.domain.connection.lifecycle import resyncing
from connector.domain.connection.reads import Pace
from connector.domain.model.connection import Connection
from connector.domain.scheduling.schedule import due_now

log = structlog.get_logger()


@dataclass(frozen=True)
class Scheduler:
    """Emits what is due. Many pods may run it: each due time is taken by one versioned write, with its message."""

    connections: Connections
    parking: Parking
    facts: Facts
    tempos: Tempos
    providers: Sequence[str]
    clock: Clock
    pace: Pace

    async def tick(self) -> None:
        """Ask for all that somebody waits for, and for as much of the rest as its provider keeps up with."""
        now = self.clock.now()
        while await self._take("due_at", {}, AT_ONCE, now) == AT_ONCE:
            pass
        for provider, index in product(self.providers, ("resume_at", "background_at")):
            allowed = min(AT_ONCE, self.tempos.allowance(provider))
            if allowed:
                taken = await self._take(index, {"provider": provider}, allowed, now)
                self.tempos.spend(provider, taken)

    async def _take(self, index: str, where: Mapping[str, Any], wanted: int, now: datetime) -> int:
        """Take up so many at most, and return how many that were."""
        limit = to_look_for(wanted)
        found = await self.connections.documents.find({**where, index: {"$lte": now}}, sort=[(index, 1)], limit=limit)
        if len(found) == limit:  # a backlog: pods that all took its head would only get into each other's way
            found = random.sample(found, wanted)
        mine = found[:wanted]
        outcomes = await asyncio.gather(*(self._ask(one, now) for one in mine), return_exceptions=True)
        for connection, outcome in zip(mine, outcomes, strict=True):
            if isinstance(outcome, BaseException):  # one connection's trouble must not keep the others waiting
                log.error("not_scheduled", connection=connection.id, exc_info=outcome)
        return sum(not isinstance(outcome, BaseException) for outcome in outcomes)

    async def resync_all(self) -> None:
        """Ask for a replay of both sides of every connection: the broker has lost its data."""
        async for page in self.connections.documents.pages({"phase": "running"}, size=AT_ONCE):
            await asyncio.gather(*map(self._resync, page))

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
        taken = take(standing(connection), connection.due, now, self.pace)
        if not taken.kinds:
            return connection
        after = moved_on(connection, taken, now, new_id())
        return after.with_messages(self.facts.pull(after, taken.reason)) if taken.reason else after
