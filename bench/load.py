"""Open-loop load: each change is made when its time has come, whether or not those before it are done."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from math import ceil
from time import perf_counter

import httpx


async def offer(rate: float, number: int, act: Callable[[int], Awaitable[None]]) -> float:
    """Make `number` changes at `rate` a second; return by how many seconds the latest of them was made too late."""
    began, late = perf_counter(), 0.0
    async with asyncio.TaskGroup() as group:
        for index in range(number):
            await asyncio.sleep(began + index / rate - perf_counter())
            late = max(late, perf_counter() - began - index / rate)
            group.create_task(_done(act(index)))
    return late


async def _done(work: Awaitable[None]) -> None:
    with suppress(httpx.HTTPError):  # a change that was refused, or not answered in time, is one that never arrives
        await work


def percentile(values: list[float], share: float) -> float:
    """Return the value below which that share lies (nearest rank); infinite where there is none."""
    if not values:
        return float("inf")
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]
