"""What the mass-delete guard reads of links, and how it changes a connection (H4)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from chassis.clock import Clock
from mapper.adapters.collections import Collections
from mapper.application.mass_delete.held_deletions import HeldDeletions
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.link import Link
from mapper.domain.rules.mass_delete_guard import deleted_by_withheld_settings, deletes_activity, reviewed

_PAGE = 200
_LINKED = ("pending", "active", "dormant", "frozen", "quarantined")


@dataclass(frozen=True)
class GuardRepository:
    """Look-ups that judging, asking and carrying out share."""

    collections: Collections
    clock: Clock
    resend_after: timedelta

    async def held(self, connection: Connection, passes: Iterable[str]) -> list[Link]:
        """Return the links whose deletion is held back for these passes."""
        where = {"connection_id": connection.id, "gone_pass": {"$in": list(passes)}}
        return await self.collections.links.find(where)

    async def deleted_by_passes(self, connection: Connection, passes: Iterable[str]) -> list[Link]:
        """Return the links whose activity these passes would delete."""
        now = self.clock.now()
        return [link for link in await self.held(connection, passes) if deletes_activity(link, connection, now)]

    async def deleted_by_settings(self, connection: Connection) -> list[Link]:
        """Return the links of which the withheld settings change would delete a side."""
        found, now = list[Link](), self.clock.now()
        inviting = connection.withheld is not None and connection.withheld.inviting
        states = (*_LINKED, "closed") if inviting else _LINKED  # what waits for its guests is closed already (I2)
        where = {"connection_id": connection.id, "state": {"$in": states}}
        async for page in self.collections.links.pages(where, size=_PAGE):
            found += [link for link in page if deleted_by_withheld_settings(link, connection, now)]
        return found

    async def count_links(self, connection: Connection) -> int:
        """Return how many links a connection has: what a share is counted of."""
        return await self.collections.links.count({"connection_id": connection.id, "state": {"$in": _LINKED}})

    async def awaits_confirmation(self, connection: Connection) -> bool:
        """Tell whether a link waits for the user's answer."""
        waiting = {"connection_id": connection.id, "reason": "needs_confirmation"}
        return bool(await self.collections.links.find(waiting, limit=1))

    async def has_pending(self, connection: Connection) -> bool:
        """Tell whether a command of the connection is under way."""
        return bool(await self.collections.links.count({"connection_id": connection.id, "has_pending": True}))

    def held_deletions(self, connection: Connection) -> HeldDeletions:
        """Return what releases the deletions of a connection."""
        return HeldDeletions(self.collections.links, connection, self.clock, self.resend_after)

    async def change(
        self,
        seen: Connection,
        change: Callable[[Connection], Connection] = lambda connection: connection,
        *,
        if_same_settings: Callable[[Connection], Connection] = lambda connection: connection,
    ) -> None:
        """Change a connection; the second change is left out where its settings are not those seen any more."""
        await self.collections.connections.update(
            seen.id, lambda current: reviewed(current, seen, change, if_same_settings) if current else None
        )
