"""Decides every link of a connection anew, after a change of what decides: settings, status, or its replay."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from chassis.clock import Clock
from mapper.adapters.collections import Collections
from mapper.application.causation import Causation
from mapper.application.link_transition import LinkTransition
from mapper.application.mass_delete.judging import DeletionJudge
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.connections.connection_changes import after_pass
from mapper.domain.model.link import Link

_PAGE = 200
_LATE_WRITERS = timedelta(seconds=5)
"""How long a pass looks again for links decided by a handler that had read the connection before it changed."""


@dataclass(frozen=True)
class LinkReevaluation:
    """Passes over the links that were decided under an older epoch of their connection."""

    collections: Collections
    clock: Clock
    resend_after: timedelta
    judge: DeletionJudge
    touch: Callable[[Connection], None]

    async def run(self) -> bool:
        """Pass over the links of every connection that is due, once its settings change is judged (H4).

        Return whether any was due: it may be so again.
        """
        due = await self.collections.connections.find({"pass_due": True})
        for connection in due:
            judged = await self.judge.settings_judged(connection)
            if not judged.to_judge:
                await self._pass(judged)
        return bool(due)

    async def _pass(self, connection: Connection) -> None:
        behind = {"connection_id": connection.id, "epoch": {"$lt": connection.epoch}}
        async for page in self.collections.links.pages_until_empty(behind, size=_PAGE):
            await asyncio.gather(*(self._reevaluate(connection, link) for link in page))
        self.touch(connection)
        await self._end_pass(connection)

    async def _reevaluate(self, connection: Connection, link: Link) -> None:
        transition = LinkTransition(connection, Causation.timer(self.clock.now()), self.resend_after)
        await self.collections.links.update(link.id, transition.unless_taken_over, seen=link)

    async def _end_pass(self, connection: Connection) -> None:
        now = self.clock.now()

        def change(current: Connection | None) -> Connection | None:
            return after_pass(current, connection.epoch, now, now + _LATE_WRITERS) if current else None

        await self.collections.connections.update(connection.id, change)
