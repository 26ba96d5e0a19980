"""A database server in memory: it outlives the services, and can be away for a while."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from chassis.errors import Transient
from chassis.persistence.table import Raw
from tests.simulation.chance import Chance
from tests.simulation.tables import MemoryTable

_HOP = 0.002
"""The longest way to it or back, in seconds."""
_SLOW_ANSWERS = 0.25
"""So many answers take longer than no time; others run, and somebody may die, between a write and its answer."""


@dataclass
class DatabaseServer:
    """Databases with their tables; `away` while it does not answer: of calls under way some are carried out."""

    chance: Chance
    away: bool = False
    tables: dict[tuple[str, str], MemoryTable] = field(init=False)

    def __post_init__(self) -> None:
        self.tables = defaultdict(lambda: MemoryTable(self.trip))

    def rows(self, database: str, table: str) -> Sequence[Raw]:
        """Return the documents of a collection."""
        return list(self.tables[database, table].rows.values())

    def mentions(self, text: str) -> set[str]:
        """Return the collections in which a text is."""
        return {".".join(name) for name, table in self.tables.items() if table.mentions(text)}

    @asynccontextmanager
    async def trip(self) -> AsyncIterator[None]:
        """Go there, do something, and come back with the answer."""
        await self._hop()
        yield
        if self.chance.rng.random() < _SLOW_ANSWERS:
            await self._hop()

    async def _hop(self) -> None:
        await self.chance.delay(_HOP)
        if self.away:
            raise Transient("mongo_unavailable", "away")


@dataclass
class MemoryDatabase:
    """The database of one service; see `chassis.persistence.table.Database`."""

    server: DatabaseServer
    name: str

    def table(self, name: str) -> MemoryTable:
        """Return a collection."""
        return self.server.tables[self.name, name]

    async def open(self) -> None:
        """Nothing to be done: the first call connects."""

    async def close(self) -> None:
        """Nothing to be done."""

    async def ping(self) -> None:
        """Return when the server has answered."""
        async with self.server.trip():
            pass

    async def changes(self, fields: Mapping[str, Sequence[str]]) -> AsyncIterator[tuple[str, Raw] | None]:
        """Tell nothing: nobody looks at pages here."""
        yield None
        await asyncio.Event().wait()
