"""Push subscriptions: what is watched, what waits to be told, and when it is tried again (providers/ews.md 3.2).

A call that is not answered with `OK` is repeated at once, after 30 seconds, then after twice the time each, until it
has failed for longer than the subscription's StatusFrequency; then the subscription is gone, and nobody is told.
"""

import base64
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from simulators.exchange.domain.push.events import Event

_FIRST_WAIT = timedelta(seconds=30)
_HISTORY = 10_000


@dataclass(slots=True)
class Subscription:
    """A push subscription of one account.

    `folders`: keys of the watched calendars; none: all of the mailbox. `events`: the names of what it wants to hear.
    `told`: the number of the last event that the client has acknowledged. `next_at`: not to be called before;
    `status_at`: when a sign of life is due.
    """

    id: str
    email: str
    folders: tuple[str, ...]
    events: frozenset[str]
    url: str
    status_minutes: int
    told: int
    next_at: datetime
    status_at: datetime
    pending: list[Event] = field(default_factory=list)
    failures: int = 0
    failing_since: datetime | None = None
    calling: bool = False

    def is_due(self, now: datetime) -> bool:
        """Whether the client is to be called now."""
        waits = bool(self.pending) or self.failures > 0 or self.status_at <= now
        return waits and not self.calling and self.next_at <= now

    def acknowledged(self, now: datetime, count: int) -> None:
        """The client has answered `OK` to the first `count` events that waited."""
        if count:
            self.told = self.pending[count - 1].number
        del self.pending[:count]
        self.failures, self.failing_since, self.next_at = 0, None, now
        self.status_at = now + timedelta(minutes=self.status_minutes)

    def failed(self, now: datetime) -> bool:
        """Note a call without `OK`; return whether it will be tried again."""
        self.failing_since = self.failing_since or now
        self.failures += 1
        wait = timedelta() if self.failures == 1 else _FIRST_WAIT * 2 ** (self.failures - 2)
        self.next_at = now + wait
        return self.next_at - self.failing_since <= timedelta(minutes=self.status_minutes)


@dataclass(slots=True)
class Subscriptions:
    """The live subscriptions by their ids, and the last events; a restart of the server forgets both."""

    live: dict[str, Subscription] = field(default_factory=dict)
    history: deque[Event] = field(default_factory=lambda: deque(maxlen=_HISTORY))
    count: int = 0

    def next_number(self) -> int:
        """Return the number of the next event."""
        self.count += 1
        return self.count

    def of(self, email: str) -> list[Subscription]:
        """Return an account's subscriptions."""
        return [one for one in self.live.values() if one.email == email]

    def due(self, now: datetime) -> Iterator[Subscription]:
        """Return those whose client is to be called now."""
        return (one for one in list(self.live.values()) if one.is_due(now))

    def knows(self, number: int) -> bool:
        """Whether what came after an event is still known."""
        oldest = self.history[0].number if self.history else self.count + 1
        return oldest - 1 <= number <= self.count


def new_id(rng: Random) -> str:
    """Return a subscription's id: it holds the server's name, as Exchange's do."""
    return base64.b64encode(b"\x12\x00exchange.sandbox\x10\x00\x00\x00" + rng.randbytes(16)).decode()
