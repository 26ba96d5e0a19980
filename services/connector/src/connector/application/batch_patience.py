"""How long a batch of commands waits for the work on one of its connections: a moment, and less where that is in vain.

A batch is done when its slowest is, and nobody waits for somebody else's server, or backlog (invariant 6).
"""

import asyncio

MOMENT = 0.3
"""Seconds that a batch waits."""
MOMENT_OF_THE_SLOW = 0.05
_STAYS_SLOW = 60.0
"""Seconds for which what took longer is not waited for again, unless it shows that it does not hang."""
_SOON = 1.0
"""Seconds in which late work ends at a server that is busy, or was called for the first time, and does not hang."""


class BatchPatience:
    """Who took longer than a moment lately: a server, or a connection where all have one provider."""

    def __init__(self) -> None:
        self._slow_until: dict[str, float] = {}

    def moment(self, whom: str) -> float:
        """Return for how many seconds to wait."""
        now = _now()
        if self._slow_until.get(whom, now) > now:
            return MOMENT_OF_THE_SLOW
        self._slow_until.pop(whom, None)
        return MOMENT

    def note_late(self, whom: str) -> None:
        """Note that it was not done in a moment."""
        self._slow_until[whom] = _now() + _STAYS_SLOW

    def note_done(self, whom: str, began: float) -> None:
        """Wait again for what was late and answers. What ends in a moment may never have asked its server."""
        if MOMENT <= _now() - began < _SOON:
            self._slow_until.pop(whom, None)


def _now() -> float:
    return asyncio.get_running_loop().time()
