"""Asking services that may be away for a moment, since these tests kill them."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx

from tests.support.waiting import wait_until

T = TypeVar("T")

RECOVERY = 120.0
_AWAY = frozenset({httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.BAD_GATEWAY})


def is_later(answer: httpx.Response) -> bool:
    """Tell whether to ask again later: a service is away, or died over our first try and still holds its key."""
    if answer.status_code == httpx.codes.CONFLICT:
        return bool(answer.json().get("code") == "idempotency_in_progress")
    return answer.status_code in _AWAY


async def patiently(ask: Callable[[], Awaitable[T]], awaited: str) -> T:
    """Ask until there is an answer; what is asked for does no harm when it is asked for twice."""

    async def attempt() -> tuple[T] | None:
        try:
            return (await ask(),)
        except httpx.TransportError:
            return None
        except httpx.HTTPStatusError as error:
            if not is_later(error.response):
                raise
            return None

    (answer,) = await wait_until(attempt, awaited=awaited, timeout=RECOVERY, every=0.05, longest=1.0)
    return answer
