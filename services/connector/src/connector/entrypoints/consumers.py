"""What the connector listens to: commands to its calendars, the mapper's counts and brakes, the companies' types."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any

from chassis.clock import Clock
from chassis.messaging.broker import ServiceBroker
from chassis.messaging.consumer import HeaderFilter, Incoming, consume
from chassis.messaging.publisher import TYPE_HEADER
from connector.adapters.collections import CompanyTypes, Stores
from connector.application.connections.erasing import Erasing
from connector.application.connections.repository import Connections
from connector.application.lease import Change
from connector.application.worker import Worker
from connector.domain.connection.lifecycle import counted, deletions_held, deletions_released, drained
from connector.domain.connection.retired_type import with_inbound_type_in_use
from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import Counted, MassDeleteGuard
from connector.settings import ConnectorSettings
from contracts.activity_types import ActivityTypesChanged
from contracts.brakes import BrakeMessage, BrakeRequested
from contracts.calendar_commands import CalendarCommandMessage, CalendarPut, CalendarRemove
from contracts.erasures import ErasureMessage
from contracts.links import ConnectionCounted, ConnectionDrained, LinkStateMessage
from contracts.topics import ACTIVITY_TYPES, CALENDAR_COMMANDS, ERASURES, LINK_STATES, MODELS, SYNC_BRAKES

GROUP = "connector"
_PAGE = 200
_SINGLE_LINKS = HeaderFilter(TYPE_HEADER, frozenset({b"link.state.changed.v1"}))


@dataclass(frozen=True)
class ConnectionConsumers:
    """Takes in what others say about connections."""

    connections: Connections
    stores: Stores
    worker: Worker
    erasing: Erasing
    clock: Clock

    async def command(self, incoming: Incoming[CalendarCommandMessage]) -> None:
        """Carry out a command."""
        await self.worker.handle(incoming.message)

    async def link_state(self, incoming: Incoming[LinkStateMessage]) -> None:
        """Take in counts (L2), and that a stopping connection is drained (K1). Single links are the store's matter."""
        message, now = incoming.message, self.clock.now()
        if isinstance(message, ConnectionCounted):
            news = Counted(
                replay_id=message.replay_id, replayed=message.replayed, links=message.links, pending=message.pending
            )
            await self._change(message.connection_id, lambda c: counted(c, news))
        elif isinstance(message, ConnectionDrained):
            refused = message.refused
            await self._change(message.connection_id, lambda c: drained(c, refused, now))

    async def brake(self, incoming: Incoming[BrakeMessage]) -> None:
        """Take in that a pass waits for the user, or that his answer was carried out (H4)."""
        message = incoming.message
        if isinstance(message, BrakeRequested):
            guard = _guard(message)
            await self._change(message.connection_id, lambda c: deletions_held(c, guard))
        else:
            await self._change(message.connection_id, lambda c: deletions_released(c, message.brake_id))

    async def erasure(self, incoming: Incoming[ErasureMessage]) -> None:
        """Erase a person, and note what the other services have erased."""
        await self.erasing.take(incoming.message)

    async def types(self, incoming: Incoming[ActivityTypesChanged]) -> None:
        """Take in a company's activity types; an older telling never replaces a newer one."""
        message = incoming.message
        company = CompanyTypes(id=message.company_id, told_version=message.aggregate_version, types=message.types)

        def newer(known: CompanyTypes | None) -> CompanyTypes:
            return known if known and known.told_version >= company.told_version else company

        if stored := await self.stores.types.update(company.id, newer):
            await self._retire(company.id, stored.active)

    async def _retire(self, company_id: str, active: tuple[str, ...]) -> None:
        """Let inbound types that are no longer active give way (C7)."""
        now = self.clock.now()
        async for page in self.connections.documents.pages({"company_id": company_id}, size=_PAGE):
            for one in page:
                if with_inbound_type_in_use(one, active, now) is not one:
                    await self.connections.change(one.id, lambda c: with_inbound_type_in_use(c, active, now), seen=one)

    async def _change(self, connection_id: str, change: Change) -> None:
        def only_live(connection: Connection) -> Connection:
            return connection if connection.phase in {"connecting", "stopped"} else change(connection)

        if known := await self.connections.get(connection_id):
            await self.connections.change(connection_id, only_live, seen=known)


def _guard(asked: BrakeRequested) -> MassDeleteGuard:
    total = max(asked.total, len(asked.items))
    return MassDeleteGuard(
        id=asked.brake_id, pass_id=asked.pass_id, items=asked.items, total=total, restore=asked.restore
    )


def _lane_of_command(incoming: Incoming[CalendarCommandMessage]) -> Hashable:
    """Return a write's own lane, so that writes of one connection are handed over together; the worker orders them."""
    message = incoming.message
    if isinstance(message, CalendarPut | CalendarRemove):
        return (message.connection_id, message.activity_id)
    return message.connection_id


def register(broker: ServiceBroker, listener: ConnectionConsumers, settings: ConnectorSettings, clock: Clock) -> None:
    """Subscribe to the topics; what concerns one connection stays in order, the rest runs beside it."""
    handlers: dict[str, Callable[[Incoming[Any]], Awaitable[None]]] = {
        CALENDAR_COMMANDS: listener.command,
        LINK_STATES: listener.link_state,
        SYNC_BRAKES: listener.brake,
        ACTIVITY_TYPES: listener.types,
        ERASURES: listener.erasure,
    }
    for topic, handle in handlers.items():
        consume(
            broker,
            topic=topic,
            group=GROUP,
            schema=MODELS[topic],
            handle=handle,
            settings=settings,
            clock=clock,
            lane=_lane_of_command if topic == CALENDAR_COMMANDS else None,
            skip=_SINGLE_LINKS if topic == LINK_STATES else None,
            urgent=topic in {CALENDAR_COMMANDS, ERASURES},
        )
