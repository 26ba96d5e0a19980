"""Whether anything happens in a process: what asks again and again asks rarely while nothing does.

An embedded broker is asked for new records all the time, and looks for them as often: a sandbox at rest took a third
of a core. A process is busy for a second after a record came, one was published, or a request was made to it.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol
from weakref import WeakKeyDictionary, WeakSet

from faststream.kafka import KafkaBroker

_BUSY_SECONDS = 1.0


_UNHURRIED = 5


@dataclass(frozen=True)
class FetchWaits:
    """Milliseconds that the broker may hold an empty fetch, while the process is busy and at rest."""

    busy: int
    idle: int
    unhurried: frozenset[str] = frozenset()
    """Topics for whose records nobody waits: asked for more rarely still at rest."""

    def without_hurry_for(self, topic: str) -> "FetchWaits":
        """Return these with one more topic that nobody waits for."""
        return replace(self, unhurried=self.unhurried | {topic})

    def of(self, topics: Iterable[str], *, idle: bool) -> int:
        """Return how long a fetch of these topics may wait."""
        if not idle:
            return self.busy
        return self.idle * _UNHURRIED if self.unhurried.issuperset(topics) and self.idle > self.busy else self.idle


class Sleeper(Protocol):
    """What does less at rest."""

    def hurry(self) -> None:
        """Do as much as there is to do: the process is busy."""
        ...


@dataclass(eq=False)
class Idleness:
    """What happened last in one process; wakes what rests when something happens."""

    monotonic: Callable[[], float] = time.monotonic
    waits: FetchWaits = FetchWaits(busy=500, idle=500)
    _last: float = float("-inf")
    _resting: set["asyncio.Future[None]"] = field(default_factory=set)
    _sleepers: WeakSet[Sleeper] = field(default_factory=WeakSet)

    @property
    def idle(self) -> bool:
        """Whether nothing has happened for a while."""
        return self.monotonic() - self._last > _BUSY_SECONDS

    def wake(self, sleeper: Sleeper) -> None:
        """Wake `sleeper` whenever the process gets busy."""
        self._sleepers.add(sleeper)

    def note(self) -> None:
        """Note that something happens."""
        was_idle, self._last = self.idle, self.monotonic()
        if not was_idle:
            return
        for sleeper in self._sleepers:
            sleeper.hurry()
        for waiting in self._resting:
            if not waiting.done():
                waiting.set_result(None)

    async def rest(self, busy: float, idle: float) -> None:
        """Sleep for `busy` seconds; at rest for `idle` seconds, or until something happens."""
        await asyncio.sleep(busy)
        if not self.idle or idle <= busy:
            return
        waiting = asyncio.get_running_loop().create_future()
        self._resting.add(waiting)
        try:
            async with asyncio.timeout(idle - busy):
                await waiting
        except TimeoutError:
            return
        finally:
            self._resting.discard(waiting)


_idleness: WeakKeyDictionary[KafkaBroker, Idleness] = WeakKeyDictionary()


def idleness_of(broker: KafkaBroker) -> Idleness:
    """Return the idleness of the process that a broker belongs to."""
    return _idleness.setdefault(broker, Idleness())
