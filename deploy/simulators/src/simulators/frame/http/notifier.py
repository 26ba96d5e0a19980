"""Sends a provider's notifications: what is alike, whatever they say and however traps alter them."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from simulators.frame.clock import Clock
from simulators.frame.domain.world import BaseWorld
from simulators.frame.http.deliveries import Deliveries
from simulators.frame.http.unanswered import Sleep

M = TypeVar("M")
Json = dict[str, Any]


class BaseNotifier(ABC, Generic[M]):
    """Decides with the traps what is sent of a change, and sends it in the background; `M` is one message."""

    def __init__(
        self,
        world: BaseWorld[Any, Any],
        clock: Clock,
        sleep: Sleep,
        again: Callable[[int], bool],
        *,
        attempts: int,
    ) -> None:
        """`again` says for which statuses a message is sent again; `sleep` waits before that, and for late ones."""
        self._clock = clock
        self._base = world
        self._deliveries: Deliveries[M] = Deliveries(self._send, again, sleep, attempts=attempts)

    @abstractmethod
    async def _send(self, message: M) -> int:
        """Send one message and log it; return the status that `again` judges."""

    @abstractmethod
    def ring(self, email: str) -> int:
        """Tell an account's subscribers of a change that there was not; return how many those were."""

    @property
    def log(self) -> deque[Json]:
        """What became of every try."""
        return self._deliveries.log

    def release(self) -> int:
        """Send what traps hold back; return how many those were."""
        return self._deliveries.release()

    async def idle(self) -> None:
        """Wait until nothing is being sent."""
        await self._deliveries.idle()

    async def close(self) -> None:
        """Give up what is still being sent."""
        await self._deliveries.close()

    def _now(self) -> datetime:
        return self._clock.now() + timedelta(seconds=self._base.shift_seconds)

    def _take(self, trap: str, email: str) -> Json | None:
        return self._base.traps.take(trap, "push", email)
