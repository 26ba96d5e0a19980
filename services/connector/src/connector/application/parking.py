"""Parking: while a connection cannot work, its commands wait in the database, and its partition goes on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from chassis.clock import Clock
from chassis.errors import NeedsUser, Transient
from chassis.messaging.publisher import Outgoing, Publisher, outgoing
from connector.adapters.collections import ParkedWork, Stores
from connector.adapters.guarded_calendar import ProviderAway
from connector.application.connections.repository import Connections
from connector.domain.connection.lifecycle import resuming, troubled
from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import TroubleKind
from connector.domain.provider.errors import CalendarUnavailable, NeedsReauth, Throttled
from contracts.calendar_commands import CalendarCommandMessage, CalendarPull
from contracts.topics import CALENDAR_COMMANDS, MODELS

log = structlog.get_logger()

PARKS = (Throttled, ProviderAway, NeedsUser)
"""What a provider may answer that parks a connection's work."""


@dataclass(frozen=True)
class Parking:
    """Parks the work of connections whose provider cannot be asked, and resumes it."""

    stores: Stores
    connections: Connections
    publisher: Publisher
    clock: Clock

    async def park(self, command: CalendarCommandMessage) -> None:
        """Keep a command for later. A pull is not kept: the connection is read anyway when it goes on."""
        if isinstance(command, CalendarPull):
            return
        fresh = ParkedWork(id=command.id, connection_id=command.connection_id, message=command.model_dump_json())

        def parked(current: ParkedWork | None) -> ParkedWork:
            return current.parked_again() if current else fresh

        await self.stores.parked.update(command.id, parked)

    async def hold(self, command: CalendarCommandMessage) -> None:
        """Park a command of a connection that cannot work, and schedule when parked work goes on."""
        await self.park(command)
        now = self.clock.now()
        await self.connections.change(command.connection_id, lambda c: resuming(c, now))

    async def trouble(self, connection: Connection, error: Transient | NeedsUser) -> None:
        """Note why the connection cannot work, and until when."""
        kind, now = _kind_of(error), self.clock.now()
        retry_after = error.retry_after if isinstance(error, Transient) else None
        log.warning("connection_parked", connection=connection.id, kind=kind, reason=str(error))
        await self.connections.change(
            connection.id,
            lambda c: troubled(c.with_lease(None), kind, error.code, error.detail, now=now, retry_after=retry_after),
        )

    async def take_up(self, connection_id: str) -> None:
        """Publish all parked commands again, in their order; what is parked again meanwhile stays."""
        async for page in self.stores.parked.pages({"connection_id": connection_id}, size=200):
            await self.publisher.publish([_again(work) for work in page])
            for work in page:
                await self.stores.parked.delete(work.id, work.version)

    async def resume(
        self, command_id: str, connection_id: str, handle: Callable[[CalendarCommandMessage], Awaitable[None]]
    ) -> None:
        """Carry out the parked command with this id now; nothing where it is not parked."""
        for work in await self.stores.parked.find({"connection_id": connection_id}):
            command = _command(work)
            if getattr(command, "command_id", None) == command_id:
                await handle(command)
                await self.stores.parked.delete(work.id, work.version)


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
