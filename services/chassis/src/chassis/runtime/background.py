"""Background work: tasks that run again and again beside the consumers and the API, and never die of an error."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from chassis.errors import Transient
from chassis.messaging.idle import Idleness
from chassis.observability.metrics import PERIODIC_FAILED

log = structlog.get_logger()

_IDLE_SECONDS = 2.0


@dataclass(frozen=True)
class Periodic:
    """Something to do every so often: `run` is awaited, then `every` is waited, and so on until the stop."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[None]]


async def run_once(task: Periodic) -> None:
    """Run a task once; an error is logged and counted, and the next run comes all the same."""
    try:
        await task.run()
    except Transient as error:
        PERIODIC_FAILED.labels(task.name).inc()
        log.warning("periodic_postponed", task=task.name, error=str(error))
    except Exception:  # supervised: logged, counted, tried again
        PERIODIC_FAILED.labels(task.name).inc()
        log.exception("periodic_failed", task=task.name)


async def _loop(task: Periodic, idleness: Idleness) -> None:
    every = task.every.total_seconds()
    while True:
        await run_once(task)
        await idleness.rest(every, max(every, _IDLE_SECONDS))


class Background:
    """The running background tasks of a process."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, tasks: Sequence[Periodic], idleness: Idleness) -> None:
        """Start the tasks; each runs at once and then by its interval, at rest every two seconds at most."""
        for task in tasks:
            PERIODIC_FAILED.labels(task.name)
        self._tasks += [asyncio.create_task(_loop(task, idleness), name=task.name) for task in tasks]

    async def stop(self) -> None:
        """Cancel all tasks and wait until they are gone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
