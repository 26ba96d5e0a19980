"""Judges large passes and settings changes before they delete anything (H4)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts.brakes import Restore
from mapper.application.dirty_set import DirtySet
from mapper.application.mass_delete.asking import ConfirmationRequests
from mapper.application.mass_delete.repository import GuardRepository
from mapper.domain.model.connections.confirmation import LargePass
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.limits import over_limit
from mapper.domain.rules.mass_delete_guard import net_deletions

_PATIENCE = timedelta(minutes=10)
"""After this time a pass of which not all came (its reader died) is judged by what did come: a newer one tells the
rest again."""


@dataclass
class DeletionJudge:
    """Asks before too much is deleted. Everything may be repeated after a crash, and by another replica."""

    repository: GuardRepository
    requests: ConfirmationRequests
    guarded: DirtySet
    _incomplete: dict[str, datetime] = field(default_factory=dict)
    """Since when this process knows of passes to judge: what came while it was away has yet to be read."""

    async def judge_passes(self) -> bool:
        """Judge the large passes that have come in full; return whether there was any to judge."""
        found = await self.repository.collections.large_passes.find({"judged": False})
        for large in found:
            await self._judge_pass(large)
        return bool(found)

    async def settings_judged(self, connection: Connection) -> Connection:
        """Return the connection with its settings change judged, which a pass over its links waits for."""
        withheld = connection.withheld
        if withheld is None or not connection.to_judge:
            return connection
        self.guarded.add(connection.id)
        deleted = await self.repository.deleted_by_settings(connection)
        if over_limit(len(deleted), await self.repository.count_links(connection)):
            restore = Restore(
                outbound_types=withheld.types,
                direction="one_way" if withheld.waking else None,
                invite_guests=False if withheld.inviting else None,
            )
            await self.requests.ask(connection, (), restore)
        else:
            await self.repository.change(connection, if_same_settings=Connection.with_settings_change_released)
        return await self.repository.collections.connections.get(connection.id) or connection

    async def _judge_pass(self, large: LargePass) -> None:
        connection = await self.repository.collections.connections.get(large.connection_id)
        if not await self._is_complete(large) or (connection and connection.running and not connection.adopted):
            return
        if connection is not None and not await self._released_or_asked(connection, large):
            return
        self._incomplete.pop(large.id, None)
        await self.repository.collections.large_passes.update(
            large.id, lambda current: current.as_judged() if current else None
        )

    async def _is_complete(self, large: LargePass) -> bool:
        come = await self.repository.collections.deletions.count({"pass_id": large.id})
        now = self.repository.clock.now()
        waiting_since = self._incomplete.setdefault(large.id, now)
        return come >= large.deletions or now >= waiting_since + _PATIENCE

    async def _released_or_asked(self, connection: Connection, large: LargePass) -> bool:
        deleted = await self.repository.deleted_by_passes(connection, (large.id,))
        if over_limit(net_deletions(deleted), await self.repository.count_links(connection)):
            return await self.requests.ask(connection, (large.id,), None)
        await self.repository.held_deletions(connection).release((large.id,))
        return True
