"""Dirty sets: ids of connections that something happened to, each processed once however often it was added."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from chassis.errors import TandemError
from mapper.domain.model.connections.connection import Connection


@dataclass
class DirtySet:
    """Ids of connections that are to be processed."""

    _ids: set[str] = field(default_factory=set)

    def add(self, connection_id: str) -> None:
        """Remember a connection."""
        self._ids.add(connection_id)

    def __bool__(self) -> bool:
        """Whether any connection is to be processed."""
        return bool(self._ids)

    async def process(self, run: Callable[[Sequence[str]], Awaitable[None]]) -> None:
        """Process all connections in the set; where that fails, all of them stay for the next time."""
        if not self._ids:
            return
        taken, self._ids = self._ids, set()  # before the run: what happens during it is processed again
        try:
            await run(sorted(taken))
        except TandemError:
            self._ids |= taken
            raise


@dataclass(frozen=True)
class DirtyConnections:
    """What is to be done for the connections whose links may have changed."""

    busy: DirtySet = field(default_factory=DirtySet)
    """to count soon"""
    idle: DirtySet = field(default_factory=DirtySet)
    """to count at leisure"""
    guarded: DirtySet = field(default_factory=DirtySet)
    """whose open confirmation request may have been answered, or have become needless (H4)"""

    def touch(self, connection: Connection) -> None:
        """Remember that links of a connection may have changed."""
        (self.idle if connection.idle else self.busy).add(connection.id)
        self.guarded.add(connection.id)
