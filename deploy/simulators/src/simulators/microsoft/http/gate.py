"""Outlook's service limits: how many calls at once, and how many in ten minutes, per client and mailbox."""

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from simulators.microsoft.domain.errors import throttled

_WINDOW = timedelta(minutes=10)


class Gate:
    """Counts calls by client and mailbox; 429 for what is too much."""

    def __init__(self, parallel: int, in_window: int | None) -> None:
        """`in_window` None: any number in ten minutes."""
        self._parallel = parallel
        self._in_window = in_window
        self._running: Counter[tuple[str, str]] = Counter()
        self._times: dict[tuple[str, str], deque[datetime]] = {}

    @contextmanager
    def entered(self, key: tuple[str, str], now: datetime) -> Iterator[None]:
        """Hold a place while a call runs."""
        if self._running[key] >= self._parallel:
            raise throttled(1, "Application is over its MailboxConcurrency limit.")
        self._count(key, now)
        self._running[key] += 1
        try:
            yield
        finally:
            self._running[key] -= 1

    def _count(self, key: tuple[str, str], now: datetime) -> None:
        if self._in_window is None:
            return
        times = self._times.setdefault(key, deque())
        while times and now - times[0] >= _WINDOW:
            times.popleft()
        if len(times) >= self._in_window:
            left = (_WINDOW - (now - times[0])).total_seconds()
            raise throttled(max(1, round(left)), "Application is over its request limit for this mailbox.")
        times.append(now)
