"""A pod of the connector: its dispatcher, its consumer, and the rate that both share."""

from datetime import datetime

from connector.application.rate_limiter import RateLimiter
from tests.load.scale.consuming import Consuming
from tests.load.scale.scheduling import Scheduling
from tests.load.scale.world import World


class _WorldClock:
    """The virtual time as the product's clock."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        return self._world.now


class Pod:
    """One process."""

    def __init__(self, world: World, number: int) -> None:
        self._world = world
        self._number = number
        self._parts: tuple[Scheduling, Consuming] | None = None

    def start(self, delay: float) -> None:
        """Run from so many seconds on; what a process has learnt is learnt anew."""
        limiter = RateLimiter(_WorldClock(self._world), self._world.inputs.background_per_second)
        self._parts = Scheduling(self._world, limiter), Consuming(self._world, self._number, limiter)
        for part in self._parts:
            part.start(delay)

    def stop(self) -> None:
        """Stop; what it has in hand is finished."""
        for part in self._parts or ():
            part.running = False
