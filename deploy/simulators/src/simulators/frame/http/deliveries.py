"""Sends notifications in the background, again while the answer asks for it, and holds some back."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from tenacity import AsyncRetrying, retry_if_result, stop_after_attempt, wait_exponential

from simulators.frame.http.unanswered import Sleep

M = TypeVar("M")

_KEPT = 10_000


class Deliveries(Generic[M]):
    """A background task per message; `log` says what became of each try."""

    def __init__(
        self, send: Callable[[M], Awaitable[int]], again: Callable[[int], bool], sleep: Sleep, *, attempts: int
    ) -> None:
        """`send` returns a status that `again` judges; `sleep` waits between tries and for late messages."""
        self._send = send
        self._again = again
        self._sleep = sleep
        self._attempts = attempts
        self._held: list[M] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.log: deque[dict[str, Any]] = deque(maxlen=_KEPT)

    def start(self, message: M, delay: float = 0) -> None:
        """Send after `delay` seconds."""
        task = asyncio.get_running_loop().create_task(self.deliver(message, delay))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def hold(self, message: M) -> None:
        """Keep the message back until `release`."""
        self._held.append(message)

    def take_held(self) -> list[M]:
        """What is held back; it is the caller's from now on."""
        held, self._held = self._held, []
        return held

    def release(self) -> int:
        """Send what is held back; how many those were."""
        held = self.take_held()
        for message in held:
            self.start(message)
        return len(held)

    async def deliver(self, message: M, delay: float = 0) -> None:
        """Send and wait for the end of all tries."""
        if delay:
            await self._sleep(delay)
        retrying = AsyncRetrying(
            retry=retry_if_result(self._again),
            wait=wait_exponential(multiplier=1, max=600),
            stop=stop_after_attempt(self._attempts),
            sleep=self._sleep,
            retry_error_callback=lambda _: 0,
        )
        await retrying(self._send, message)

    async def idle(self) -> None:
        """Wait until nothing is being sent."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Give up what is still being sent."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
