"""Releases deletions that were held back: they are carried out, or the events are created again (H4)."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from chassis.clock import Clock
from chassis.persistence.documents import Documents
from mapper.application.causation import Causation
from mapper.application.link_transition import LinkTransition
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.link import Link
from mapper.domain.rules.mass_delete_guard import released, restored

_PAGE = 200


@dataclass(frozen=True)
class HeldDeletions:
    """The links that wait for some passes; a repetition finds only what is left of them."""

    links: Documents[Link]
    connection: Connection
    clock: Clock
    resend_after: timedelta

    async def release(self, passes: Collection[str]) -> None:
        """Decide the links as if their deletions had just been told."""
        await self._each(passes, released)

    async def restore(self, passes: Collection[str]) -> None:
        """Create the events again, from their activities."""
        await self._each(passes, restored)

    async def _each(self, passes: Collection[str], note: Callable[[Link], Link]) -> None:
        waiting = {"connection_id": self.connection.id, "gone_pass": {"$in": list(passes)}}
        async for page in self.links.pages_until_empty(waiting, size=_PAGE):
            await asyncio.gather(*(self._one(link.id, note) for link in page))

    async def _one(self, link_id: str, note: Callable[[Link], Link]) -> None:
        transition = LinkTransition(self.connection, Causation.timer(self.clock.now()), self.resend_after)
        await self.links.update(link_id, lambda current: transition(current, note(current)) if current else None)
