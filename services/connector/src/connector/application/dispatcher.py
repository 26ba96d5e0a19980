"""Dispatches work that is due: looks for connections whose time has come, and asks for their work by commands."""

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
from connector.application.connections.colleagues import Colleagues
from connector.application.connections.repository import Connections
from connector.application.message_factory import MessageFactory
from connector.application.parking import Parking
from connector.application.rate_limiter import RateLimiter
from connector.domain.connection.dispatch import BATCH, candidates_for, dispatched, next_dispatch, poll_state
from connector.domain.connection.reads import PollingPolicy
from connector.domain.model.connection import Connection, SharingNews
from connector.domain.scheduling.schedule import due_now

log = structlog.get_logger()


@dataclass(frozen=True)
class Dispatcher:
    """Asks for what is due. Many pods may run it: each due time is taken by one versioned write, with its message."""

    connections: Connections
    parking: Parking
    colleagues: Colleagues
    messages: MessageFactory
    limiter: RateLimiter
    providers: Sequence[str]
    clock: Clock
    policy: PollingPolicy

    async def dispatch_urgent(self) -> bool:
        """Ask for everything that somebody waits for; return whether there was any."""
        now = self.clock.now()
        first = count = await self._dispatch("due_at", {}, BATCH, now)
        while count == BATCH:
            count = await self._dispatch("due_at", {}, BATCH, now)
        return bool(first)

    async def dispatch_background(self) -> bool:
        """Ask for as much of the rest as its provider keeps up with; return whether there was any."""
        now, dispatched_any = self.clock.now(), False
        for provider, index in product(self.providers, ("resume_at", "background_at")):
            allowed = min(BATCH, self.limiter.allowance(provider))
            if allowed:
                count = await self._dispatch(index, {"provider": provider}, allowed, now)
                self.limiter.spend(provider, count)
                dispatched_any |= bool(count)
        return dispatched_any

    async def _dispatch(self, index: str, where: Mapping[str, Any], wanted: int, now: datetime) -> int:
        """Dispatch at most `wanted` connections that are due by an index, and return how many that were."""
        limit = candidates_for(wanted)
        found = await self.connections.documents.find({**where, index: {"$lte": now}}, sort=[(index, 1)], limit=limit)
        if len(found) == limit:  # a backlog: pods that all took its head would only get into each other's way
            found = random.sample(found, wanted)
        mine = found[:wanted]
        outcomes = await asyncio.gather(*(self._ask(one, now) for one in mine), return_exceptions=True)
        for connection, outcome in zip(mine, outcomes, strict=True):
            if isinstance(outcome, BaseException):  # one connection's trouble must not keep the others waiting
                log.error("not_scheduled", connection=connection.id, exc_info=outcome)
        return sum(not isinstance(outcome, BaseException) for outcome in outcomes)

    async def _ask(self, connection: Connection, now: datetime) -> None:
        bind_correlation(new_id())
        if "retry" in due_now(connection, now):
            await self.parking.take_up(connection.id)
        told = await self.colleagues.tell(connection) if "colleagues" in due_now(connection, now) else {}
        await self.connections.change(connection.id, lambda c: self._dispatched(c, now, told))

    def _dispatched(self, connection: Connection, now: datetime, told: Mapping[str, SharingNews]) -> Connection:
        """Return the connection with its due times moved on, and what they ask for in its outbox."""
        dispatch = next_dispatch(poll_state(connection), connection.due, now, self.policy)
        if not dispatch.kinds:
            return connection
        after = dispatched(connection, dispatch, now, new_id(), told)
        return after.with_messages(self.messages.pull(after, dispatch.reason)) if dispatch.reason else after
