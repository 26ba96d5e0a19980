"""Waiting for a condition instead of sleeping."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def wait_until(
    condition: Callable[[], Awaitable[T | None]],
    *,
    awaited: str,
    timeout: float = ...,
    every: float = ...,
    longest: float = ...,
) -> T: ...
@overload
async def wait_until(
    condition: Callable[[], T | None],
    *,
    awaited: str,
    timeout: float = ...,
    every: float = ...,
    longest: float = ...,
) -> T: ...
async def wait_until(
    condition: Callable[[], Any], *, awaited: str, timeout: float = 10.0, every: float = 0.02, longest: float = 0.0
) -> Any:
    """Return the condition's first truthy value.

    `awaited` says in words what is waited for. After `timeout` seconds it fails with that and the value seen last;
    an `AssertionError` raised by the condition counts as "not yet" and is shown likewise. Pauses are of `every`
    seconds, or grow from there to `longest`: where looking costs more than waiting.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    while True:
        met, seen = await _ask(condition)
        if met:
            return seen
        if loop.time() >= deadline:
            raise AssertionError(f"waited {timeout:g} s for {awaited}; last seen: {seen!r}")
        await asyncio.sleep(every)
        every = max(every, min(every * 1.5, longest))


async def _ask(condition: Callable[[], Any]) -> tuple[bool, Any]:
    try:
        answer = condition()
        value = await answer if inspect.isawaitable(answer) else answer
    except AssertionError as error:
        return False, error
    return bool(value), value
