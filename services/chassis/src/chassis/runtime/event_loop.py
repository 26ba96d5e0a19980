"""How late the event loop is: what holds it up holds up everything else that the process does (invariant 6)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis.observability.metrics import EVENT_LOOP_LAG

_EVERY_SECONDS = 0.25


@asynccontextmanager
async def lag_measured() -> AsyncIterator[None]:
    """Observe, for as long as the context lasts, by how much timers ring too late."""
    task = asyncio.create_task(_measure(), name="event_loop_lag")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _measure() -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _EVERY_SECONDS
        await asyncio.sleep(_EVERY_SECONDS)
        EVENT_LOOP_LAG.observe(max(0.0, loop.time() - due))
