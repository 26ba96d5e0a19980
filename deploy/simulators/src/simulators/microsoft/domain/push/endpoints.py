"""How well an address takes notifications: a slow one is slowed, a very slow one dropped (providers/graph.md 2.1)."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

#: An answer after this counts as none and is asked for again.
IN_TIME = 3.0
_VERY_SLOW = 10.0
_MEMORY = timedelta(minutes=10)
_SLOW_SHARE, _DROP_SHARE = 0.10, 0.15
# A share of very few answers says nothing.
_ENOUGH = 10


class Health(Enum):
    """What becomes of the next notification to an address."""

    GOOD = auto()
    SLOW = auto()
    DROP = auto()


@dataclass(slots=True)
class Endpoint:
    """The answers of one address in the last ten minutes; `late` counts those above each limit."""

    answers: deque[tuple[datetime, float]] = field(default_factory=deque)
    late: Counter[float] = field(default_factory=Counter)
    dropped_until: datetime | None = None

    def note(self, now: datetime, seconds: float) -> None:
        """An answer came, or none did in that time."""
        self._forget(now)
        self.answers.append((now, seconds))
        self._count(seconds, 1)
        if self._share(_VERY_SLOW) > _DROP_SHARE:
            self.dropped_until = now + _MEMORY

    def health(self, now: datetime) -> Health:
        """What to do with a notification now."""
        self._forget(now)
        if self.dropped_until and now < self.dropped_until:
            return Health.DROP
        return Health.SLOW if self._share(IN_TIME) > _SLOW_SHARE else Health.GOOD

    def _share(self, limit: float) -> float:
        return self.late[limit] / len(self.answers) if len(self.answers) >= _ENOUGH else 0.0

    def _count(self, seconds: float, by: int) -> None:
        for limit in (IN_TIME, _VERY_SLOW):
            self.late[limit] += by if seconds > limit else 0

    def _forget(self, now: datetime) -> None:
        while self.answers and now - self.answers[0][0] > _MEMORY:
            self._count(self.answers.popleft()[1], -1)
