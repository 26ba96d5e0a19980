"""The stop of a service, part by part: each has its own seconds, so one that hangs keeps none after it from its turn.

A platform must leave a service `longest_stop` seconds before it kills it (Kubernetes: terminationGracePeriodSeconds).
"""

import asyncio
from collections.abc import Awaitable, Mapping
from types import MappingProxyType
from typing import Final, Literal

import structlog

log = structlog.get_logger()

Part = Literal["background", "batches", "outboxes", "producer", "hooks", "database"]

STOP_SECONDS: Final[Mapping[Part, float]] = MappingProxyType(
    {
        "background": 2.0,
        "batches": 5.0,  # to leave the groups, after the batches in flight have had TANDEM_SHUTDOWN_SECONDS
        "outboxes": 5.0,
        "producer": 5.0,
        "hooks": 5.0,
        "database": 5.0,
    }
)
"""How long each part may take, in the order in which they come."""

CANCEL_SECONDS: Final = 1.0
"""How long a part that has used up its time may take to end; then it is left behind."""


def longest_stop(
    shutdown_seconds: float, seconds: Mapping[Part, float] = STOP_SECONDS, *, drain_seconds: float = 0.0
) -> float:
    """Return how long a stop takes at most: the drain, requests in flight, batches in flight, and every part."""
    return drain_seconds + 2 * shutdown_seconds + sum(seconds.values()) + CANCEL_SECONDS * len(seconds)


async def bounded(part: Part, work: Awaitable[object], seconds: float) -> None:
    """Wait for a part of the stop, no longer than its seconds; what it raises is logged."""
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        log.warning("stop_abandoned", part=part, seconds=seconds)
        task.cancel()
        await asyncio.wait({task}, timeout=CANCEL_SECONDS)
    elif not task.cancelled() and (error := task.exception()):
        log.warning("stop_failed", part=part, error=repr(error))
