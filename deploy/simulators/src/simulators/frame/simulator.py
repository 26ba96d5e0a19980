"""A running simulator: its world with clock, journal, pushes and file."""

from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from simulators.frame.clock import Clock
from simulators.frame.domain.world import BaseWorld
from simulators.frame.http.unanswered import Sleep
from simulators.frame.journal import Journal
from simulators.frame.state_file import StateFile

W = TypeVar("W", bound=BaseWorld)


class Desk(Protocol):
    """What the control API needs of whatever sends the notifications."""

    @property
    def log(self) -> deque[dict[str, Any]]:
        """What became of every try."""

    def release(self) -> int:
        """Send what a trap holds back; how many those were."""

    def ring(self, email: str) -> int:
        """Tell an account's subscribers of a change that there was not; how many were told."""


@dataclass(slots=True, kw_only=True)
class BaseSimulator(ABC, Generic[W]):
    """What the edges of every simulator share."""

    world: W
    journal: Journal
    clock: Clock
    sleep: Sleep
    state: StateFile | None = None

    @property
    @abstractmethod
    def desk(self) -> Desk:
        """Where notifications leave."""

    @abstractmethod
    def settle(self) -> None:
        """After anything that may have changed the world: tell the subscribers, keep the state."""

    def now(self) -> datetime:
        """The simulator's time."""
        return self.clock.now() + timedelta(seconds=self.world.shift_seconds)
