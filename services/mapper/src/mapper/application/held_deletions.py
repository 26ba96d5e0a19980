"""Lets go of deletions that were held back: they are carried out, or the events are created again (H4)."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from chassis.clock import Clock
from chassis.persistence.documents import Documents
from mapper.application.causation import Trigger
from mapper.application.link_transition import Advance
from mapper.domain.model.connection import Connection
from mapper.domain.model.link import Link

_PAGE = 200


@dataclass(frozen=True)
class LettingGo:
    """Goes over the links that wait for some passes; a repetition finds only what is left of them."""

    links: Documents[Link]
    connection: Connection
    clock: Clock
    resend_after: timedelta

    async def delete(self, passes: Collection[str]) -> None:
        """Decide the links as if their deletions had just been told."""
        await self._each(passes, let_go)

    async def restore(self, passes: Collection[str]) -> None:
        """Create the events again, from their activities."""
        await self._each(passes, restoring)

    async def _each(self, passes: Collection[str], note: Callable[[Link], Link]) -> None:
        waiting = {"connection_id": self.connection.id, "gone_pass": {"$in": list(passes)}}
        async for page in self.links.exhausted(waiting, size=_PAGE):
            await asyncio.gather(*(self._one(link.id, note) for link in page))

    async def _one(self, link_id: str, note: Callable[[Link], Link]) -> None:
        advance = Advance(self.connection, Trigger.timer(self.clock.now()), self.resend_after)
        await self.links.update(link_id, lambda current: advance(current, note(current)) if current else None)


def let_go(link: Link) -> Link:
    """Return the link with its deletion no longer held back."""
    return link.model_copy(update={"gone_pass": None})


def restoring(link: Link) -> Link:
    """Return the link with its event wanted back; one that came back by itself is left alone."""
    free = let_go(link)
    if link.event.gone != "deleted":
        return free
    return free.model_copy(update={"event": link.event.model_copy(update={"restoring": True})})
