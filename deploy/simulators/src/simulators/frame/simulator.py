"""A running simulator: its world with clock, journal, notifications and state file."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random, SystemRandom
from typing import Any, Generic, TypeVar

from simulators.frame.clock import Clock, FileClock
from simulators.frame.domain.world import BaseWorld
from simulators.frame.http.notifier import BaseNotifier
from simulators.frame.http.unanswered import Sleep
from simulators.frame.journal import Journal
from simulators.frame.settings import SimulatorSettings
from simulators.frame.state_file import StateFile, read

Json = dict[str, Any]
W = TypeVar("W", bound=BaseWorld[Any, Any])


class BaseSimulator(ABC, Generic[W]):
    """What the routes of every simulator share."""

    push: BaseNotifier[Any]

    def __init__(
        self, settings: SimulatorSettings, world: W, dump: Callable[[W], Json], clock: Clock | None, sleep: Sleep
    ) -> None:
        """`dump` makes a snapshot of the world for the state file; `clock` None: as the settings say."""
        self.clients = settings.clients
        self.world = world
        self.journal = Journal(settings.journal)
        self.clock = clock or FileClock(settings.clock_file)
        self.sleep = sleep
        self.state = StateFile(settings.state, lambda: dump(world)) if settings.state else None

    def now(self) -> datetime:
        """Return the simulator's time."""
        return self.clock.now() + timedelta(seconds=self.world.shift_seconds)

    @abstractmethod
    def publish_changes(self) -> bool:
        """Tell the subscribers what has changed since the last call; return whether anything had."""

    def save(self) -> None:
        """After anything that changed the world: tell the subscribers, keep the state."""
        self.publish_changes()
        if self.state is not None:
            self.state.mark()

    def tick(self) -> None:
        """After some time: tell what the provider did by itself meanwhile, and keep that."""
        if self.publish_changes() and self.state is not None:
            self.state.mark()


def make_world(settings: SimulatorSettings, load: Callable[[Json, Random], W], new: Callable[[Random], W]) -> W:
    """Return the world of the state file, or a new one; its ids are drawn as the settings say."""
    rng = SystemRandom() if settings.seed is None else Random(settings.seed)
    kept = read(settings.state)
    return load(kept, rng) if kept else new(rng)
