"""Sends again what was not answered in time: commands, and requests for replays."""

from dataclasses import dataclass
from datetime import timedelta

from chassis.clock import Clock
from mapper.adapters.collections import Collections
from mapper.application.causation import Causation
from mapper.application.connections.settings import with_replay_requested
from mapper.application.pending_commands import resend

_PAGE = 200


@dataclass(frozen=True)
class Resending:
    """Looks for what is overdue; started by a timer."""

    collections: Collections
    clock: Clock
    resend_after: timedelta
    replay_after: timedelta

    async def resend_overdue(self) -> None:
        """Send the overdue commands again, and ask again for replays that have not ended."""
        causation = Causation.timer(self.clock.now())
        await self._commands(causation)
        await self._replays(causation)

    async def _commands(self, causation: Causation) -> None:
        overdue = {"has_pending": True, "pending_due_at": {"$lte": causation.now}}
        for link in await self.collections.links.find(overdue, limit=_PAGE):
            await self.collections.links.update(
                link.id, lambda current: resend(current, causation, self.resend_after) if current else None
            )

    async def _replays(self, causation: Causation) -> None:
        for connection in await self.collections.connections.find({"replay_due_at": {"$lte": causation.now}}):
            await self.collections.connections.update(
                connection.id,
                lambda current: with_replay_requested(current, causation, self.replay_after) if current else None,
            )
