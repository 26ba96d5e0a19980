"""Whether anything happens in a process: what asks again and again asks rarely while nothing does.

An embedded broker is asked for new records all the time, and looks for them as often: a sandbox at rest took a third
of a core. A process is busy for a second after a record came, one was published, or a request was made to it.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from faststream.kafka import KafkaBroker

_BUSY_SECONDS = 1.0


def _monotonic() -> float:
    return time.monotonic()  # looked up at each call: tests replace it


@dataclass(eq=False)
class Idleness:
    """When something happened last in one process; wakes what rests when something happens."""

    monotonic: Callable[[], float] = _monotonic
    _last: float = float("-inf")
    _resting: dict["asyncio.Future[None]", None] = field(default_factory=dict)
    """Who rests, in the order in which they are woken: a simulated run repeats itself."""

    @property
    def idle(self) -> bool:
        """Whether nothing has happened for a while."""
        return self.monotonic() - self._last > _BUSY_SECONDS

    def note(self) -> None:
        """Note that something happens."""
        was_idle, self._last = self.idle, self.monotonic()
        if not was_idle:
            return
        for waiting in self._resting:
            if not waiting.done():
                waiting.set_result(None)

    async def rest(self, busy: float, idle: float) -> None:
        """Sleep for `busy` seconds; at rest for `idle` seconds, or until something happens.

        What happens during the first sleep counts as well: who rests has not seen it yet.
        """
        if idle > busy and self.idle:
            return await self._until_something_happens(idle)
        begun = self.monotonic()
        await asyncio.sleep(busy)
        if idle > busy and self.idle and self._last < begun:
            await self._until_something_happens(idle - busy)
        return None

    async def _until_something_happens(self, seconds: float) -> None:
        waiting = asyncio.get_running_loop().create_future()
        self._resting[waiting] = None
        try:
            async with asyncio.timeout(seconds):
                await waiting
        except TimeoutError:
            return
        finally:
            self._resting.pop(waiting, None)


_idleness: WeakKeyDictionary[KafkaBroker, Idleness] = WeakKeyDictionary()


def idleness_of(broker: KafkaBroker) -> Idleness:
    """Return the idleness of the process that a broker belongs to."""
    return _idleness.setdefault(broker, Idleness())
