"""The connections' documents; a write that changes their published state publishes it."""

from collections.abc import Callable

from chassis.persistence.documents import UNREAD, Documents
from connector.domain.connection.events import owing_changed_state
from connector.domain.model.connection import Connection


class Connections:
    """Reads and changes connections, and publishes their state where it changed."""

    def __init__(self, documents: Documents[Connection]) -> None:
        self.documents = documents

    async def get(self, connection_id: str) -> Connection | None:
        """Return the connection, None where there is none."""
        return await self.documents.get(connection_id)

    async def change(
        self, connection_id: str, change: Callable[[Connection], Connection], *, seen: Connection | None = None
    ) -> Connection:
        """Change a connection by a pure function; KeyError where there is none.

        `seen` is the connection as the caller has just read it, which spares a read.
        """

        def announced(current: Connection | None) -> Connection:
            if current is None:
                raise KeyError(connection_id)
            return owing_changed_state(current, change(current))

        stored = await self.documents.update(connection_id, announced, seen=seen or UNREAD)
        if stored is None:
            raise KeyError(connection_id)
        return stored
