"""Google's quota for each user: so many calls in a sliding minute (Calendar API, guides/quota)."""

from collections import deque
from datetime import datetime, timedelta

from simulators.google.domain.errors import GoogleError

_WINDOW = timedelta(minutes=1)


class Quota:
    """Counts the calls of each user; what is too much is refused until older ones are a minute ago."""

    def __init__(self, in_a_minute: int | None) -> None:
        """`in_a_minute` None: any number."""
        self._most = in_a_minute
        self._times: dict[str, deque[datetime]] = {}

    def count(self, user: str, now: datetime) -> None:
        """Count a call. Raises the refusal, which names no time: Google promises no Retry-After."""
        if self._most is None:
            return
        times = self._times.setdefault(user, deque())
        while times and now - times[0] >= _WINDOW:
            times.popleft()
        if len(times) >= self._most:
            raise GoogleError(403, "rateLimitExceeded", "Rate Limit Exceeded", domain="usageLimits")
        times.append(now)
