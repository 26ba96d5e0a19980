"""The connector's collections in memory, for unit tests of what is kept."""

from dataclasses import dataclass
from typing import Any

from chassis.clock import Clock
from chassis.persistence.store import Store
from connector.adapters.collections import Stores, open_stores
from connector.application.connections.repository import Connections
from connector.domain.model.connection import Connection
from tests.simulation.chance import Chance
from tests.simulation.database import DatabaseServer, MemoryDatabase


class Publisher:
    """Keeps what was published."""

    def __init__(self) -> None:
        self.published: list[Any] = []

    async def publish(self, messages: Any) -> None:
        self.published += list(messages)


def memory_stores(clock: Clock, publisher: Publisher) -> Stores:
    """Return empty collections; nothing is announced of a connection."""
    server = DatabaseServer(Chance(seed=7))
    store = Store(MemoryDatabase(server, "connector"), publisher, clock)
    return open_stores(store, lambda _: [])


@dataclass
class OneConnection:
    """The stores of a test with one connection, `c1`."""

    stores: Stores
    connections: Connections

    async def read(self) -> Connection:
        """Return the connection as it is stored."""
        found = await self.connections.get("c1")
        assert found
        return found

    async def parked(self) -> list[str]:
        """Return the ids of what is parked."""
        return [one.id for one in await self.stores.parked.find({"connection_id": "c1"})]
