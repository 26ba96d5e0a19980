"""A piece of work and what it took: wall, CPU, memory, messages, documents, provider calls."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import time
from typing import Any

from bench.console import say
from bench.counting import Cost, Counter
from bench.sides import Side
from bench.tap import Tap
from bench.vitals import Watch

_PATIENCE, _EACH = 60.0, 0.01
"""Seconds without a message after which nothing more is expected: a first sync notes all before it tells the first."""


@dataclass(frozen=True)
class Work:
    """What one piece of work took. `seconds` end with the last message that was waited for, `settled` with the last."""

    seconds: float
    settled: float
    arrived: int
    cost: Cost
    cpu: dict[str, float]
    peak_mb: dict[str, float]

    @property
    def rate(self) -> float:
        """Arrivals a second."""
        return self.arrived / self.seconds if self.seconds > 0 else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return what the JSON file keeps."""
        return {
            "seconds": round(self.seconds, 2),
            "seconds_until_quiet": round(self.settled, 2),
            "arrived": self.arrived,
            "cpu_seconds": self.cpu,
            "peak_mb": self.peak_mb,
            **self.cost.as_json(),
        }


async def timed(
    running: Side, what: str, act: Callable[[], Awaitable[None]], *, topic: str, number: int, within: float = 900.0
) -> Work:
    """Do something and wait for so many messages on a topic, then for quiet. None waited for: until quiet alone."""
    stand = running.stand
    async with Counter(stand) as counter, Tap(stand.kafka, [topic], with_values=False) as tap:
        before, watch = await counter.settled(), Watch(running.processes)
        began = time()
        await act()
        await tap.until(lambda: len(tap.records) >= number, seconds=within, patience=_PATIENCE + _EACH * number)
        after = await counter.settled()
        waited_for = max((one.at for one in tap.records), default=after.quiet_since)
        ended = waited_for if number else after.quiet_since
        say(f"{running.name}: {what}: {ended - began:.1f} s, {len(tap.records)} arrived")
        return Work(
            seconds=ended - began,
            settled=after.quiet_since - began,
            arrived=len(tap.records),
            cost=after - before,
            cpu=watch.cpu(),
            peak_mb=watch.peak_mb(),
        )
