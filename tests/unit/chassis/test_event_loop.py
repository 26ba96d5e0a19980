"""Invariant 6: what holds the event loop up shows as a metric of every service."""

import asyncio

from prometheus_client import REGISTRY

from chassis.messaging.idle import Idleness
from chassis.runtime import event_loop


def observed(bound: str) -> float:
    return REGISTRY.get_sample_value("tandem_event_loop_lag_seconds_bucket", {"le": bound}) or 0.0


async def test_invariant_6_a_held_event_loop_is_measured() -> None:
    """Whoever looks at the clock finds it an hour later than the timer was due: nothing waits for that here."""
    loop = asyncio.get_running_loop()
    real, ahead = loop.time, 0.0
    loop.time = lambda: real() + ahead  # type: ignore[method-assign]
    calm, held = observed("60.0"), observed("+Inf")
    async with event_loop.lag_measured(Idleness()):
        await asyncio.sleep(0)
        ahead = 3600.0
        for _ in range(3):
            await asyncio.sleep(0)
    assert (observed("+Inf") - held, observed("60.0") - calm) == (1, 0)
    loop.time = real  # type: ignore[method-assign]
