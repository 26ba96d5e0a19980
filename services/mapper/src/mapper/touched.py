"""Connections that something happened to, and that are to be looked at again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from chassis.errors import TandemError


@dataclass
class Touched:
    """Ids of connections, each looked at once however often it was touched meanwhile."""

    _ids: set[str] = field(default_factory=set)

    def add(self, connection_id: str) -> None:
        """Remember a connection."""
        self._ids.add(connection_id)

    async def each(self, look: Callable[[str], Awaitable[None]]) -> None:
        """Look at every connection touched; one whose look fails, and those after it, stay for the next time."""
        for connection_id in sorted(self._ids):
            self._ids.discard(connection_id)  # before the look: what happens during it is looked at again
            try:
                await look(connection_id)
            except TandemError:
                self._ids.add(connection_id)
                raise
