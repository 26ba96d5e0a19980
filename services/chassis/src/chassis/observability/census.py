"""What is counted in the database or at the broker for metrics: only when they are scraped, and rarely enough.

Nothing is counted while nobody asks, so a service at rest does no more for it. A count that takes long, as of millions
of documents, is made anew only after a hundred times as long: it takes a hundredth of the database's time at most. One
that failed, as in an outage, says nothing of that: it is made anew as soon as after a short one, but waits no less than
it has kept what it asked.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Final

import structlog

log = structlog.get_logger()

Count = Callable[[], Awaitable[None]]
"""Counts something and sets its gauges."""

_SHARE: Final = 100
_LONG_SECONDS: Final = 5.0
"""What takes no longer is no load."""
_PATIENCE_SECONDS: Final = 0.5
"""How long a scrape waits for a count under way; a longer one shows at a later scrape."""


class Census:
    """The counts of one process; `seconds` is how old they may get before a scrape makes them anew."""

    def __init__(
        self, counts: Sequence[Count], seconds: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._due = dict.fromkeys(counts, monotonic())
        self._running: asyncio.Task[None] | None = None
        self._known: set[Count] = set()

    def knows(self, counts: Collection[Count]) -> bool:
        """Whether each of these was counted, and could be the last time: what its gauges say is so."""
        return self._known.issuperset(counts)

    async def refresh(self) -> None:
        """Count what it is time to, and wait for it a moment."""
        now = self._monotonic()
        due = [count for count, at in self._due.items() if at <= now]
        if self._running is None and due:
            self._running = asyncio.create_task(self._count_all(due), name="census")
        if self._running is not None:
            await asyncio.wait({self._running}, timeout=_PATIENCE_SECONDS)

    async def stop(self) -> None:
        """End a count under way."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _count_all(self, counts: Sequence[Count]) -> None:
        try:
            for count in counts:
                await self._count(count)
        finally:
            self._running = None

    async def _count(self, count: Count) -> None:
        begun, share = self._monotonic(), _SHARE
        try:
            await count()
            self._known.add(count)
        except Exception as error:  # noqa: BLE001 - a gauge keeps its value, and a scrape must not fail for it
            self._known.discard(count)
            log.info("census_failed", error=repr(error))
            share = 1
        took = self._monotonic() - begun
        self._due[count] = self._monotonic() + max(self._seconds, share * took if took > _LONG_SECONDS else 0)
