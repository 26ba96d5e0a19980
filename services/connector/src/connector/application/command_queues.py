"""Works off the commands of each connection in their order, and keeps no batch waiting for long.

A batch of commands is done when its slowest is. So a command whose work is not done in a moment, or that is one of many
of its connection, is parked in the database, which lets its batch go, and so does its work go on: nobody waits for
somebody else's server, or backlog (invariant 6). What is done is no longer parked; what a crash left is taken up after
a while.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog

from chassis.clock import Clock
from chassis.errors import TandemError, Transient
from connector.adapters.collections import ParkedWork
from connector.application.batch_patience import MOMENT_OF_THE_SLOW, BatchPatience
from connector.application.command_queue import CommandQueue, Job, made
from connector.application.connections.repository import Connections
from connector.application.parking import Parking
from connector.domain.connection.lifecycle import none_parked
from connector.domain.model.connection import Connection
from connector.domain.scheduling.schedule import sooner, with_due
from contracts.calendar_commands import CalendarCommandMessage

log = structlog.get_logger()

WorkOff = Callable[[CommandQueue], Awaitable[None]]
"""Works off at least the head of a queue."""

_AGAIN = timedelta(seconds=45)
"""When what is parked is taken up if the process has died: after a lease (`connector.domain.connection.lease`)."""
_IN_TIME = timedelta(seconds=20)
"""So long before that it is put off, while the process lives."""
_PAGE = 400
_FEW = 200
_REMEMBERED = 10_000


class CommandQueues:
    """The queues of all connections that this process works on."""

    def __init__(self, connections: Connections, parking: Parking, clock: Clock) -> None:
        self._connections = connections
        self._parking = parking
        self._clock = clock
        self._patience = BatchPatience()
        self._queues: dict[str, CommandQueue] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._failed: dict[str, None] = {}
        """Messages whose work failed after their batch had gone: the next one waits, to hear of the failure."""
        self.stopping = False

    async def do(self, command: CalendarCommandMessage, work_off: WorkOff) -> None:
        """Do a command, or let its work go on and return. Raises its error where it fails in a moment."""
        queue = self._queues.setdefault(command.connection_id, CommandQueue(command.connection_id))
        job = queue.enter(command)
        self._see_to_it(queue, work_off)
        if job is None:
            await self._keep_outside(queue, command)
            self._see_to_it(queue, work_off)
        elif await self._is_done_in_a_moment(queue, job):
            job.done.result()
        else:
            await self._keep(queue, job, command)

    async def finish(self, queue: CommandQueue, job: Job, *, parked: bool = False) -> None:
        """End a job: it is done, or `parked` until its connection can work again."""
        queue.leave(job)
        job.parked = parked
        job.end()
        if job.kept and not parked:
            await self._parking.forget(job.kept)

    def fail(self, queue: CommandQueue, job: Job, error: BaseException) -> None:
        """End a job whose work failed: its batch hears of it; where that has gone, it stays parked."""
        queue.leave(job)
        if job.kept:
            log.warning("late_work_failed", connection=queue.connection_id, reason=type(error).__name__)
            self._failed[job.command.id] = None
            while len(self._failed) > _REMEMBERED:
                del self._failed[next(iter(self._failed))]
        job.end(error)

    def put_off(self, queue: CommandQueue) -> Callable[[Connection], Connection] | None:
        """Return what puts off when parked work is taken up, where it is about to be and we are still at it."""
        now = self._clock.now()
        if queue.again_at is None or queue.again_at - now > _IN_TIME:
            return None
        queue.again_at = again = now + _AGAIN
        return lambda c: c if c.trouble else with_due(c, {"retry": again})

    async def stop(self) -> None:
        """Begin nothing more and wait for what is under way; what is parked is for the next process, at once."""
        self.stopping = True
        for queue in self._queues.values():
            queue.came.set()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _see_to_it(self, queue: CommandQueue, work_off: WorkOff) -> None:
        if queue.connection_id not in self._tasks:
            self._tasks[queue.connection_id] = asyncio.create_task(self._run(queue, work_off))

    async def _run(self, queue: CommandQueue, work_off: WorkOff) -> None:
        """Work a queue off, and what comes while its end is noted."""
        try:
            while True:
                await self._work(queue, work_off)
                await self._note_end(queue)
                if self.stopping or not queue.has_more:
                    break
        finally:
            del self._tasks[queue.connection_id]
        asyncio.get_running_loop().call_later(max(0.0, queue.rests_in()), self._drop, queue)

    async def _work(self, queue: CommandQueue, work_off: WorkOff) -> None:
        queue.stays_parked = False
        queue.looked_for.clear()
        try:
            while not self.stopping and await self._has_more(queue):
                await work_off(queue)
            self._let_go(queue, Transient("stopping", "the process stops"))
        except Exception as error:  # noqa: BLE001 - what kept all of them from being done: each is tried again
            self._let_go(queue, error)

    async def _note_end(self, queue: CommandQueue) -> None:
        try:
            await self._end(queue)
        except TandemError as error:  # our database is away: it is taken up after a while
            log.warning("late_work_not_noted", connection=queue.connection_id, reason=str(error))

    def _drop(self, queue: CommandQueue) -> None:
        if not len(queue) and queue.connection_id not in self._tasks and queue.rests_in() <= 0:
            self._queues.pop(queue.connection_id, None)

    async def _has_more(self, queue: CommandQueue) -> bool:
        """Tell whether anything is left to do; what waits in the database alone comes in page by page."""
        if queue.overflowed and len(queue) < _FEW and not queue.stays_parked:
            await self._refill(queue)
        return queue.head is not None

    async def _refill(self, queue: CommandQueue) -> None:
        before = queue.kept_outside
        found = await self._parking.find(queue.connection_id, _PAGE)
        fresh = [(work, command) for work, command in found if not queue.knows(command.id)]
        for work, command in fresh:
            queue.put_last(made(command, work))
        if not fresh and queue.kept_outside == before and not queue.being_kept:
            queue.overflowed = False

    def _let_go(self, queue: CommandQueue, error: BaseException) -> None:
        for job in queue.waiting():
            self.fail(queue, job, error)

    async def _end(self, queue: CommandQueue) -> None:
        """Go on with what is parked: at once where nothing speaks against it, else in its time."""
        if queue.again_at is None:
            return
        queue.again_at = None
        if self.stopping:
            now = self._clock.now()
            await self._connections.change(queue.connection_id, lambda c: c if c.trouble else sooner(c, "retry", now))
        elif not queue.stays_parked:
            await self._go_on(queue)

    async def _go_on(self, queue: CommandQueue) -> None:
        """Take up what is parked still; a connection in trouble, or on its way out, has a time of its own."""
        connection = await self._connections.get(queue.connection_id)
        if connection is None or connection.trouble is not None or connection.phase == "stopped":
            return
        await self._parking.take_up(queue.connection_id)
        await self._connections.change(queue.connection_id, lambda c: c if queue.again_at else none_parked(c))

    async def _is_done_in_a_moment(self, queue: CommandQueue, job: Job) -> bool:
        if job.command.id in self._failed:
            await asyncio.wait({job.done})
            return True
        began = asyncio.get_running_loop().time()
        crowded: asyncio.Future[Any] = asyncio.ensure_future(queue.crowded.wait())
        either: set[asyncio.Future[Any]] = {job.done, crowded}
        try:
            await asyncio.wait(either, timeout=MOMENT_OF_THE_SLOW, return_when="FIRST_COMPLETED")
            more = self._patience.moment(queue.whom) - MOMENT_OF_THE_SLOW
            if more > 0 and not job.done.done() and not crowded.done():
                await asyncio.wait(either, timeout=more, return_when="FIRST_COMPLETED")
            if not job.done.done() and not crowded.done():
                self._patience.note_late(queue.whom)
                job.done.add_done_callback(lambda _: self._patience.note_done(queue.whom, began))
        finally:
            crowded.cancel()
        return job.done.done()

    async def _keep(self, queue: CommandQueue, job: Job, command: CalendarCommandMessage) -> None:
        """Park a command whose work goes on, so that its batch may go."""
        kept = await self._park(queue, command)
        if not job.done.done():
            job.kept = kept or job.kept
            return
        if kept and not job.parked and job.done.exception() is None:
            await self._parking.forget(kept)
        job.done.result()

    async def _keep_outside(self, queue: CommandQueue, command: CalendarCommandMessage) -> None:
        """Park a command that comes in again when there is room."""
        queue.being_kept += 1
        try:
            await self._park(queue, command)
        finally:
            queue.being_kept -= 1
            queue.kept_outside += 1
            queue.came.set()

    async def _park(self, queue: CommandQueue, command: CalendarCommandMessage) -> ParkedWork | None:
        """Park a command, to be taken up if this process dies."""
        kept, now = await self._parking.park(command), self._clock.now()
        if queue.again_at is None or queue.again_at - now <= _IN_TIME:
            queue.again_at = again = now + _AGAIN
            await self._connections.change(queue.connection_id, lambda c: sooner(c, "retry", again))
        return kept
