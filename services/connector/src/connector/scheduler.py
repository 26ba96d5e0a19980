"""The scheduler: looks for connections whose time has come, and asks for their work like everyone: by a command."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from chassis.clock import Clock
from chassis.correlation import bind_correlation
from chassis.ids import new_id
from connector.domain.connection import Connection, DueKind
from connector.domain.due import REASONS, due_now, with_due
from connector.domain.lifecycle import expecting_replay, resyncing
from connector.domain.reads import Pace
from connector.work.connections import Connections
from connector.work.facts import Facts
from connector.work.parking import Parking
from contracts.calendar_commands import PullReason

log = structlog.get_logger()

_AT_ONCE = 100
_MOST_FIRST: tuple[PullReason, ...] = ("settings", "horizon", "push", "second_look", "poll", "settle")
"""One read does for all reasons that are due together: the one that does most."""
_DAILY = timedelta(days=1)
_RETIRE_AGAIN = timedelta(seconds=30)


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
        found = await self.connections.documents.find(where, sort=[("due_at", 1)], limit=_AT_ONCE)
        outcomes = await asyncio.gather(*(self._ask(one, now) for one in found), return_exceptions=True)
        for connection, outcome in zip(found, outcomes, strict=True):
            if isinstance(outcome, BaseException):  # one connection's trouble must not keep the others waiting
                log.error("not_scheduled", connection=connection.id, exc_info=outcome)

    async def resync_all(self) -> None:
        """Ask for a replay of both sides of every connection: the broker has lost its data."""
        documents, after = self.connections.documents, None
        while page := await documents.find({"phase": "running"}, limit=_AT_ONCE, after=after):
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
        kinds = due_now(connection, now)
        for kind in kinds:
            connection = self._moved_on(connection, kind, now)
        reasons = {REASONS[kind] for kind in kinds if kind in REASONS}
        most = next((reason for reason in _MOST_FIRST if reason in reasons), None)
        return connection.sending(self.facts.pull(connection, most)) if most else connection

    def _moved_on(self, connection: Connection, kind: DueKind, now: datetime) -> Connection:
        match kind:
            case "kick":
                return expecting_replay(connection, now).owing_state()
            case "reconcile":
                daily = with_due(connection, {"reconcile": now + _DAILY})
                return resyncing(daily, new_id(), now)
            case "horizon":
                return with_due(connection, {"horizon": now + _DAILY})
            case "poll":
                return with_due(connection, {"poll": now + self.pace.interval(connection)})
            case "retire":
                return with_due(connection, {"retire": now + _RETIRE_AGAIN})
            case _:
                return with_due(connection, {kind: None})
