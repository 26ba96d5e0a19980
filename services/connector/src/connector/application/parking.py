"""Parking: while a connection cannot work, its commands wait in the database, and its partition goes on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from chassis.clock import Clock
from chassis.errors import NeedsUser, Transient
from chassis.messaging.publisher import Outgoing, Publisher, outgoing
from connector.adapters.collections import ParkedWork, Stores
from connector.adapters.guarded_calendar import ProviderAway
from connector.application.connections.repository import Connections
from connector.domain.connection.lifecycle import resuming, troubled
from connector.domain.model.connection import Connection, DueKind
from connector.domain.model.connection_parts import TroubleKind
from connector.domain.provider.errors import CalendarUnavailable, NeedsReauth, Throttled
from connector.domain.scheduling.schedule import sooner
from contracts.calendar_commands import CalendarCommandMessage, CalendarPull, PullReason
from contracts.topics import CALENDAR_COMMANDS, MODELS

log = structlog.get_logger()

_LOOKS_AT_STORED: Mapping[PullReason, DueKind] = {"horizon": "horizon", "settings": "settings"}
PARKS = (Throttled, ProviderAway, NeedsUser)
"""What a provider may answer that parks a connection's work."""


@dataclass(frozen=True)
class Parking:
    """Parks the work of connections whose provider cannot be asked, and resumes it."""

    stores: Stores
    connections: Connections
    publisher: Publisher
    clock: Clock

    async def park(self, command: CalendarCommandMessage) -> ParkedWork | None:
        """Keep a command for later, and return it as it is kept.

        A pull is not kept: it is due again, or the connection is read when it goes on.
        """
        if isinstance(command, CalendarPull):
            return None
        message = command.model_dump_json()
        fresh = ParkedWork(id=command.id, version=1, connection_id=command.connection_id, message=message)
        if await self.stores.parked.insert(fresh):  # most are parked for the first time
            return fresh

        def parked(current: ParkedWork | None) -> ParkedWork:
            return current.parked_again() if current else fresh

        return await self.stores.parked.update(command.id, parked)

    async def hold(self, command: CalendarCommandMessage) -> None:
        """Park a command of a connection that cannot work, and schedule when parked work goes on."""
        await self.park(command)
        now = self.clock.now()
        await self.connections.change(command.connection_id, lambda c: _due_again(resuming(c, now), command))

    async def trouble(
        self,
        connection: Connection,
        error: Transient | NeedsUser,
        command: CalendarCommandMessage | None = None,
        also: Callable[[Connection], Connection] = lambda connection: connection,
    ) -> None:
        """Note why the connection cannot work, and until when; `command` is what it could not do.

        `also` is changed in the same write.
        """
        kind, now = _kind_of(error), self.clock.now()
        retry_after = error.retry_after if isinstance(error, Transient) else None
        log.warning("connection_parked", connection=connection.id, kind=kind, reason=str(error))

        def parked(current: Connection) -> Connection:
            free = also(current).with_lease(None)
            after = troubled(free, kind, error.code, error.detail, now=now, retry_after=retry_after)
            return _due_again(after, command)

        await self.connections.change(connection.id, parked)

    async def take_up(self, connection_id: str) -> None:
        """Publish all parked commands again, in their order; what is parked again meanwhile stays."""
        async for page in self.stores.parked.pages({"connection_id": connection_id}, size=200):
            await self.publisher.publish([_again(work) for work in page])
            for work in page:
                await self.stores.parked.delete(work.id, work.version)

    async def wait_for_another(self, command: CalendarCommandMessage, seconds: float) -> None:
        """Park a command of a connection that another process works on, until that one's lease is over."""
        await self.park(command)
        again = self.clock.now() + timedelta(seconds=seconds)
        await self.connections.change(command.connection_id, lambda c: sooner(c, "retry", again))

    async def find(
        self, connection_id: str, limit: int | None = None
    ) -> list[tuple[ParkedWork, CalendarCommandMessage]]:
        """Return what is parked of a connection, in its order."""
        found = await self.stores.parked.find({"connection_id": connection_id}, limit=limit)
        return [(work, _command(work)) for work in found]

    async def forget(self, work: ParkedWork) -> None:
        """Drop what was parked and is done, unless it was parked once more."""
        await self.stores.parked.delete(work.id, work.version)


def _due_again(connection: Connection, command: CalendarCommandMessage | None) -> Connection:
    """Return the connection with a read due that looks at what was stored, too: no other read makes up for it."""
    again = connection.trouble.retry_at if connection.trouble else None
    if again is None or not isinstance(command, CalendarPull) or command.reason not in _LOOKS_AT_STORED:
        return connection
    return sooner(connection, _LOOKS_AT_STORED[command.reason], again)


def _command(work: ParkedWork) -> CalendarCommandMessage:
    command: CalendarCommandMessage = MODELS[CALENDAR_COMMANDS].validate_json(work.message)
    return command


def _again(work: ParkedWork) -> Outgoing:
    return outgoing(CALENDAR_COMMANDS, work.connection_id, _command(work))


def _kind_of(error: Transient | NeedsUser) -> TroubleKind:
    if isinstance(error, Throttled):
        return "throttled"
    if isinstance(error, CalendarUnavailable):
        return "calendar_unavailable"
    return "needs_reauth" if isinstance(error, NeedsReauth | NeedsUser) else "unreachable"
