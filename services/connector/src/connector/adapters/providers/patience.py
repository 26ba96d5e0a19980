"""How long an answer of a provider is waited for: a slow provider is no outage, so who is slow is given more time."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

LONGEST = 25.0
"""Seconds; below the life of a lease (`connector.domain.connection.lease`)."""
_MORE, _LESS = 2.0, 0.9


class Patience:
    """Seconds to wait for each host: twice as long after a time-out, or as an answer took; slowly less otherwise."""

    def __init__(self, usual: float) -> None:
        self._usual = usual
        self._seconds: dict[str, float] = {}

    def seconds(self, host: str) -> float:
        """Return how long to wait for the next answer."""
        return self._seconds.get(host, self._usual)

    @contextmanager
    def waiting(self, request: httpx.Request) -> Iterator[None]:
        """Let the request wait as long as its host needs, and learn from how long that was."""
        host, loop = request.url.host, asyncio.get_running_loop()
        allowed, began = self.seconds(host), loop.time()
        request.extensions["timeout"] = {**request.extensions.get("timeout", {}), "read": allowed}
        try:
            yield
        except httpx.ReadTimeout:
            self._set(host, allowed * _MORE)
            raise
        self.answered(host, loop.time() - began)

    def timed_out(self, host: str) -> None:
        """Learn that the host did not answer in time."""
        self._set(host, self.seconds(host) * _MORE)

    def answered(self, host: str, took: float) -> None:
        """Learn that the host answered, after so many seconds."""
        self._set(host, max(self.seconds(host) * _LESS, took * _MORE))

    def _set(self, host: str, seconds: float) -> None:
        self._seconds[host] = min(max(seconds, self._usual), LONGEST)
