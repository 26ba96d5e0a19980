"""Connections that something happened to, and that are to be looked at again."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from chassis.errors import TandemError


@dataclass
class Touched:
    """Ids of connections, each looked at once however often it was touched meanwhile."""

    _ids: set[str] = field(default_factory=set)

    def add(self, connection_id: str) -> None:
        """Remember a connection."""
        self._ids.add(connection_id)

    async def together(self, look: Callable[[Sequence[str]], Awaitable[None]]) -> None:
        """Look at all connections touched; where the look fails, all of them stay for the next time."""
        if not self._ids:
            return
        taken, self._ids = self._ids, set()  # before the look: what happens during it is looked at again
        try:
            await look(sorted(taken))
        except TandemError:
            self._ids |= taken
            raise
