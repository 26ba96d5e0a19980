"""One connection for each user (A7): the user's slot points to it."""

from collections.abc import Callable
from dataclasses import dataclass

from connector.adapters.collections import ConnectionSlot, Stores
from connector.application.connections.repository import Connections
from connector.domain.connection.identity import slot_id
from connector.domain.model.connection import Connection


@dataclass(frozen=True)
class ConnectionSlots:
    """Gives each user's slot to one connection that is not stopped."""

    stores: Stores
    connections: Connections

    async def holder(self, connection: Connection) -> str | None:
        """Return the id of another live connection that has the user's slot, if any."""
        slot = await self.stores.slots.get(slot_id(connection.company_id, connection.user_id))
        holder = await self.connections.get(slot.connection_id) if slot else None
        return holder.id if holder and holder.id != connection.id and holder.phase != "stopped" else None

    async def of(self, company_id: str, user_id: str) -> Connection | None:
        """Return the connection that has a user's slot, stopped or not."""
        slot = await self.stores.slots.get(slot_id(company_id, user_id))
        return await self.connections.get(slot.connection_id) if slot else None

    async def claim(self, connection: Connection) -> str | None:
        """Make this the user's one connection; return the id of the live one that has the slot already, if any."""
        name = slot_id(connection.company_id, connection.user_id)
        wanted = ConnectionSlot(id=name, connection_id=connection.id)
        while True:
            slot = await self.stores.slots.get(name)
            holder = await self.connections.get(slot.connection_id) if slot else None
            if holder and holder.id != connection.id and holder.phase != "stopped":
                return holder.id
            stored = await self.stores.slots.update(name, _reassigned(slot, wanted))
            if stored and stored.connection_id == connection.id:
                return None


def _reassigned(
    seen: ConnectionSlot | None, wanted: ConnectionSlot
) -> Callable[[ConnectionSlot | None], ConnectionSlot | None]:
    """Return the change that gives the slot away, unless it changed hands since it was seen."""
    before = seen.connection_id if seen else None

    def change(current: ConnectionSlot | None) -> ConnectionSlot | None:
        now = current.connection_id if current else None
        return wanted if now == before else current

    return change
