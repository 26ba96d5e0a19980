"""How late the event loop is: what holds it up holds up everything else that the process does (invariant 6)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis.messaging.idle import Idleness
from chassis.observability.metrics import EVENT_LOOP_LAG

_EVERY_SECONDS = 0.25
_AT_REST_SECONDS = 1.0


@asynccontextmanager
async def lag_measured(idleness: Idleness) -> AsyncIterator[None]:
    """Observe, for as long as the context lasts, by how much timers ring too late; less often at rest."""
    task = asyncio.create_task(_measure(idleness), name="event_loop_lag")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _measure(idleness: Idleness) -> None:
    loop = asyncio.get_running_loop()
    while True:
        seconds = _AT_REST_SECONDS if idleness.idle else _EVERY_SECONDS
        due = loop.time() + seconds
        await asyncio.sleep(seconds)
        EVENT_LOOP_LAG.observe(max(0.0, loop.time() - due))
