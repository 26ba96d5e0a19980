"""Batch loading: what many tasks ask for in one tick of the event loop becomes one round trip.

There is no artificial delay: a lone request leaves within the same tick, and while round trips are under way the
next batch gathers by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

Batch = Callable[[Sequence[K]], Awaitable[Sequence[V | Exception]]]


class BatchLoader(Generic[K, V]):
    """Turns single requests into batches of at most `size`, with at most `at_once` of them under way.

    `run` answers a batch item by item, in order; an exception among the answers is raised to that item's caller,
    one that is raised by `run` itself to all.
    """

    def __init__(self, run: Batch[K, V], *, size: int, at_once: int = 2) -> None:
        self._run = run
        self._size = size
        self._free = at_once
        self._waiting: list[tuple[K, asyncio.Future[V]]] = []
        self._scheduled = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, item: K) -> V:
        """Ask for one item and wait for its answer."""
        future: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        self._schedule()
        return await future

    def _schedule(self) -> None:
        if self._waiting and self._free and not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._launch)

    def _launch(self) -> None:
        self._scheduled = False
        while self._waiting and self._free:
            batch, self._waiting = self._waiting[: self._size], self._waiting[self._size :]
            self._free -= 1
            task = asyncio.create_task(self._flush(batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _flush(self, batch: list[tuple[K, asyncio.Future[V]]]) -> None:
        try:
            answers: Sequence[V | Exception] = await self._run([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - handed on to every caller of the batch
            answers = [error] * len(batch)
        finally:
            self._free += 1
            self._schedule()
        for (_, future), answer in zip(batch, answers, strict=True):
            _deliver(future, answer)


def _deliver(future: "asyncio.Future[V]", answer: V | Exception) -> None:
    if future.done():  # its caller was cancelled meanwhile
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
