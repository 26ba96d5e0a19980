"""Background work: tasks that run again and again beside the consumers and the API, and never die of an error.

Most of them look in the database for what there is to do, and at rest there is nothing: what happens in the process
wakes them. They look by themselves only for what came due meanwhile, and for what another replica left undone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from chassis.errors import Transient
from chassis.messaging.idle import Idleness
from chassis.observability.metrics import PERIODIC_FAILED

log = structlog.get_logger()


@dataclass(frozen=True)
class Periodic:
    """Something to do every so often: `run` is awaited, then `every` is waited, and so on until the stop.

    While nothing happens in the process, `at_rest` is waited instead, unless `run` returned that more is left to do.
    """

    name: str
    every: timedelta
    run: Callable[[], Awaitable[bool | None]]
    at_rest: timedelta = timedelta(seconds=2)


async def run_once(task: Periodic) -> bool:
    """Run a task once and return whether more is left to do.

    An error is logged and counted, and the next run comes all the same.
    """
    try:
        return bool(await task.run())
    except Transient as error:
        PERIODIC_FAILED.labels(task.name).inc()
        log.warning("periodic_postponed", task=task.name, error=str(error))
    except Exception:  # supervised: logged, counted, tried again
        PERIODIC_FAILED.labels(task.name).inc()
        log.exception("periodic_failed", task=task.name)
    return True


async def _loop(task: Periodic, idleness: Idleness) -> None:
    every, at_rest = task.every.total_seconds(), task.at_rest.total_seconds()
    while True:
        more = await run_once(task)
        await idleness.rest(every, every if more else max(every, at_rest))


class Background:
    """The running background tasks of a process."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, tasks: Sequence[Periodic], idleness: Idleness) -> None:
        """Start the tasks; each runs at once and then by its interval, at rest by that for rest."""
        for task in tasks:
            PERIODIC_FAILED.labels(task.name)
        self._tasks += [asyncio.create_task(_loop(task, idleness), name=task.name) for task in tasks]

    async def stop(self) -> None:
        """Cancel all tasks and wait until they are gone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
