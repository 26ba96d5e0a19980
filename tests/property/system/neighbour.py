"""Another company in the same system, whose consent was taken back: it must delay nobody (invariant 6)."""

from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Self

from tests.property.system.clock import Moved
from tests.property.system.forms import lasting, to_activity
from tests.support.stories import Way, World, connected
from tests.support.waiting import wait_until


class Neighbour:
    """Connected, then revoked."""

    def __init__(self, world: World) -> None:
        self._world = world

    @classmethod
    async def arrive(cls, way: Way, clock: Moved, name: str, stack: AsyncExitStack) -> Self:
        """Connect a company, and take the consent back with work left to do."""
        beside = cls(await stack.enter_async_context(connected(way, name)))
        await beside._revoke(clock)
        return beside

    async def _revoke(self, clock: Moved) -> None:
        await self._world.calendar.take_back()
        soon = lasting(clock.now() + timedelta(days=1))
        await self._world.sales.add(type="call", **to_activity({"title": "Nobody will see this", "time": soon}))
        await wait_until(
            self.needs_reauth, awaited="the neighbour to need a new consent", timeout=60, every=0.2, longest=1.0
        )

    async def needs_reauth(self) -> bool:
        """Tell whether its connection says so."""
        return bool((await self._world.sales.connection(self._world.connection_id))["status"] == "needs_reauth")
