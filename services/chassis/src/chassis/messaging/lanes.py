"""Lanes: a batch is worked off side by side across lanes, in order within each, and barriers stop everything.

Typical lanes are keys: what concerns one aggregate stays in order, the rest does not wait for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

Stage = list[list[T]]
"""Lanes that may run side by side; stages run one after the other."""


def stages(items: Sequence[T], lane: Callable[[T], Hashable | None]) -> list[Stage[T]]:
    """Return the items grouped into stages of lanes; an item whose lane is None is a stage of its own."""
    planned: list[Stage[T]] = []
    lanes: dict[Hashable, list[T]] = {}
    for item in items:
        key = lane(item)
        if key is not None:
            lanes.setdefault(key, []).append(item)
            continue
        planned += [list(lanes.values())] if lanes else []
        planned.append([[item]])
        lanes = {}
    return planned + ([list(lanes.values())] if lanes else [])


async def run_stages(planned: Sequence[Stage[T]], work: Callable[[T], Awaitable[None]], *, at_once: int) -> None:
    """Do the work on every item. The first error cancels what is under way and is raised as an exception group.

    `at_once` tasks take the lanes of a stage one after the other.
    """
    for stage in planned:
        lanes = iter(stage)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(at_once, len(stage))):
                group.create_task(_run_lanes(lanes, work))


async def _run_lanes(lanes: Iterator[list[T]], work: Callable[[T], Awaitable[None]]) -> None:
    for items in lanes:
        for item in items:
            await work(item)
