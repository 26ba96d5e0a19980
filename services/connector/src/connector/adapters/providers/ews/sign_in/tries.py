"""How often a login was refused lately: an account locks after a few wrong passwords, and not through us.

Each process counts for itself, so several pods allow as many times more. This is for what users type; a stored login is
never tried again once it was refused.
"""

from collections import OrderedDict, deque
from collections.abc import Callable

from connector.domain.provider.errors import NeedsReauth

MOST = 3
"""Active Directory's usual thresholds are 5 to 10, and a try may be two: NTLM, then Basic."""
WITHIN = 600.0
"""Seconds."""
_MOST_KNOWN = 10_000


class RefusedTries:
    """Counts the refusals of each account at each server; `now` returns seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._refused: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def check(self, server: str, username: str) -> None:
        """Raise NeedsReauth, without asking the server, where too many passwords were wrong."""
        times = self._refused.get(_key(server, username), deque())
        while times and times[0] <= self._now() - WITHIN:
            times.popleft()
        if len(times) >= MOST:
            words = "too many passwords were wrong: wait ten minutes, or the server would lock the account"
            raise NeedsReauth("too_many_tries", words)

    def refused(self, server: str, username: str) -> None:
        """Count a refusal."""
        key = _key(server, username)
        self._refused.setdefault(key, deque(maxlen=MOST)).append(self._now())
        self._refused.move_to_end(key)
        if len(self._refused) > _MOST_KNOWN:
            self._refused.popitem(last=False)

    def taken(self, server: str, username: str) -> None:
        """Forget the refusals of an account that has signed in."""
        self._refused.pop(_key(server, username), None)


def _key(server: str, username: str) -> tuple[str, str]:
    return server.casefold(), username.casefold()
