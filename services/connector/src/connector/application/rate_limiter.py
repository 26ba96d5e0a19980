"""Limits the rate of background work at each provider, by how it answers this process (AIMD).

Where every company has a server of its own (Exchange), each server is observed by itself: one that does not answer says
nothing of the others (invariant 6).
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.clock import Clock
from connector.adapters.guarded_calendar import ProviderAway
from connector.adapters.metrics import BACKGROUND_RATE
from connector.domain.provider.errors import Throttled
from connector.domain.scheduling.rate_limiter import Rate, Responses, adjusted, full_rate

ADJUST_EVERY = timedelta(seconds=5)
PROBE_EVERY = timedelta(seconds=20)
"""A probe may hold up other work of its pod for as long as the time-out of a call."""


@dataclass
class _Running:
    rate: Rate
    adjusted_at: datetime
    taken_at: datetime
    probed_at: datetime
    answered: int = 0
    refused: int = 0
    unanswered: int = 0
    credit: float = 0.0

    def news(self) -> Responses:
        """Return what was seen since the last call."""
        seen = Responses(self.answered, self.refused, self.unanswered)
        self.answered = self.refused = self.unanswered = 0
        return seen


class RateLimiter:
    """Counts a provider's answers and grants allowances; the state is the process's own and starts afresh with it."""

    def __init__(self, clock: Clock, most: float) -> None:
        self._clock = clock
        self._most = most
        self._running: defaultdict[str, _Running] = defaultdict(self._fresh)

    def _fresh(self) -> _Running:
        now = self._clock.now()
        return _Running(full_rate(self._most), now, now, now)

    @contextmanager
    def observing(self, whom: str) -> Iterator[None]:
        """Count how the provider or server answers what is done within."""
        running = self._running[whom]
        try:
            yield
        except Throttled:
            running.refused += 1
            raise
        except ProviderAway:
            running.unanswered += 1
            raise
        else:
            running.answered += 1

    def admits(self, whom: str) -> bool:
        """Say whether a call is worth while. Where the provider does not answer, one in a while finds out (a probe).

        Any call may be it: what is parked meanwhile comes back sooner or later, and so does a user's own work.
        """
        running, now = self._running[whom], self._clock.now()
        self._adjust(running, now)
        if running.rate.away and abs(now - running.probed_at) < PROBE_EVERY:
            return False
        running.probed_at = now
        return True

    def allowance(self, provider: str) -> int:
        """Return how many connections may be dispatched now, at most a second's worth."""
        running, now = self._running[provider], self._clock.now()
        if self._adjust(running, now):
            BACKGROUND_RATE.labels(provider).set(running.rate.rate)
        passed = max(0.0, (now - running.taken_at).total_seconds())  # a clock may be set back
        rate, running.taken_at = running.rate.rate, now
        running.credit = min(running.credit + rate * passed, max(rate, 1.0))
        return int(running.credit)

    def _adjust(self, running: _Running, now: datetime) -> bool:
        if abs(now - running.adjusted_at) < ADJUST_EVERY:
            return False
        running.rate = adjusted(running.rate, running.news(), self._most)
        running.adjusted_at = now
        return True

    def held_back(self) -> dict[str, Rate]:
        """Return who slows this process down, or does not answer it, with the rate that is left."""
        most = full_rate(self._most).rate
        return {whom: one.rate for whom, one in self._running.items() if one.rate.away or one.rate.rate < most}

    def spend(self, provider: str, taken: int) -> None:
        """Note how much of the allowance was used."""
        self._running[provider].credit -= taken
