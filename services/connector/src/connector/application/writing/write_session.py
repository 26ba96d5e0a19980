"""Writes of one connection that are under way together: as many as its window allows, each event's in their order.

The first failure of the provider ends it: what is under way then is waited for and settled, and the connection is
parked once. Losing the lease ends it, too: what is under way then is found again by whoever took over.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import cast

from chassis.errors import NeedsUser, Transient
from chassis.observability.correlation import bind_causation
from connector.application.command_queue import CommandQueue, Job
from connector.application.command_queues import CommandQueues
from connector.application.lease import Leases
from connector.application.parking import PARKS, Parking
from connector.application.reading.debouncing import Debounce
from connector.application.reading.sync_state import SyncStateRepository
from connector.application.write_windows import ConnectionWindow, WriteWindows
from connector.application.writing.carrying_out import CommandCarrier
from connector.application.writing.outcomes import Command
from connector.application.writing.write_lease import WriteLease
from connector.domain.connection.lease import LeaseHeld, LeaseLost
from connector.domain.model.connection import Connection
from connector.domain.writing.write_order import InOrder, Keys, keys_of
from contracts.calendar_commands import CalendarPull

_LOOK_EVERY = 5.0
"""Seconds after which the lease is looked at, however long the calls take."""
_LOOK_AHEAD = 16
"""So many more than there is room for are looked at: those of one event may stand in front."""


@dataclass(frozen=True)
class Writing:
    """Writes what stands at the head of a connection's queue."""

    carrier: CommandCarrier
    sync_state: SyncStateRepository
    leases: Leases
    parking: Parking
    queues: CommandQueues
    windows: WriteWindows
    debounce: Debounce

    async def work_off(self, queue: CommandQueue, connection: Connection) -> None:
        """Write until a read has its turn, nothing is left, or the connection cannot go on."""
        if connection.can_work(self.carrier.clock.now()):
            await WriteSession(self, queue, connection).run()
        else:
            await self._hold(queue, connection)

    async def _hold(self, queue: CommandQueue, connection: Connection) -> None:
        """Park the writes of a connection that cannot work, but for those that are answered without its provider."""
        queue.stays_parked = True
        for job in takewhile(lambda one: one.is_write, queue.waiting()):
            command = cast("Command", job.command)
            answered = await self.carrier.answered(connection, command)
            if not answered:
                await self.parking.hold(command)
            await self.queues.finish(queue, job, parked=not answered)


class WriteSession:
    """The writes of one connection, under one lease."""

    def __init__(self, writing: Writing, queue: CommandQueue, connection: Connection) -> None:
        self._writing = writing
        self._queue = queue
        self._lease = WriteLease(writing.leases, connection, writing.carrier.clock)
        self._window: ConnectionWindow = writing.windows.of(connection)
        self._admitted = writing.carrier.limiter.admits(connection.answered_by)
        self._keys: dict[str, Keys] = {}
        self._under_way: dict[asyncio.Task[None], Job] = {}
        self._calling: set[Job] = set()
        self._refused: list[tuple[Job, Transient | NeedsUser]] = []
        self._held: LeaseHeld | None = None
        self._error: Exception | None = None

    async def run(self) -> None:
        """Write, and give the lease back. Raises what keeps all of it from being done."""
        try:
            while await self._begin_more():
                await self._wait()
        finally:
            await self._abandon()
        await self._end()

    @property
    def _ended(self) -> bool:
        return bool(self._refused or self._held or self._error) or self._writing.queues.stopping

    async def _begin_more(self) -> bool:
        """Begin as many writes as there is room for; return whether any are under way."""
        self._queue.came.clear()
        while not self._ended:
            await self._begin_some()
            if not await self._pass_over_pulls():
                break
        return bool(self._under_way)

    async def _begin_some(self) -> None:
        room = self._window.slots - len(self._calling)
        if room > 0:
            waiting = takewhile(lambda job: job.is_write, self._queue.waiting())
            await self._begin_of([job for job, _ in zip(waiting, range(room + _LOOK_AHEAD), strict=False)], room)

    async def _pass_over_pulls(self) -> bool:
        """End the pulls at the head that need no read, and tell if any; for a read, all that is written must end."""
        passed = False
        while (job := self._queue.head) and isinstance(job.command, CalendarPull):
            if not await self._writing.debounce.spares(self._lease.connection, job.command):
                break
            await self._writing.queues.finish(self._queue, job)
            passed = True
        return passed

    async def _begin_of(self, jobs: Sequence[Job], room: int) -> None:
        await self._find_keys(jobs)
        order = InOrder.behind(self._keys[job.key] for job in self._under_way.values())
        for job in jobs:
            if room > 0 and order.may_begin(self._keys[job.key]):
                self._begin(self._queue.take(job))
                room -= 1

    async def _find_keys(self, jobs: Sequence[Job]) -> None:
        """Find out which series the events of writes belong to."""
        commands = {job.key: cast("Command", job.command) for job in jobs if job.key not in self._keys}
        series = await self._writing.sync_state.series_of(list(commands.values()))
        self._keys |= {key: keys_of(command, series.get(command.event_id or "")) for key, command in commands.items()}

    def _begin(self, job: Job) -> None:
        self._calling.add(job)
        task = asyncio.get_running_loop().create_task(self._do(job), context=job.context)
        self._under_way[task] = job

    async def _do(self, job: Job) -> None:
        carrier, command = self._writing.carrier, cast("Command", job.command)
        try:
            write = await carrier.begin(self._lease, command, admitted=self._admitted)
            outcome = await carrier.carry_out(write, command, self._window.observing()) if write else None
        finally:  # another one may be sent while the outcome of this one is stored
            self._calling.discard(job)
            self._queue.came.set()
        if write and outcome:
            await carrier.outcomes.finish(write, command, outcome)

    async def _wait(self) -> None:
        """Wait until a write has ended, another may begin, or the lease is to be looked at."""
        came = asyncio.ensure_future(self._queue.came.wait())
        done, _ = await asyncio.wait({came, *self._under_way}, timeout=_LOOK_EVERY, return_when="FIRST_COMPLETED")
        came.cancel()
        for task in [one for one in self._under_way if one in done]:
            if job := self._under_way.pop(task, None):  # unless it was abandoned meanwhile
                await self._take_in(job, task)
        await self._keep_up()

    async def _keep_up(self) -> None:
        """Keep the lease, and what is parked from being taken up, for as long as writes are under way."""
        try:
            if self._lease.is_held and (put_off := self._writing.queues.put_off(self._queue)):
                await self._lease.renew(put_off)
            await self._lease.check()
        except Transient as error:
            self._error = error

    async def _take_in(self, job: Job, task: asyncio.Task[None]) -> None:
        """Take in how a write ended."""
        self._keys.pop(job.key, None)
        error = task.exception()
        if error is None:
            await self._writing.queues.finish(self._queue, job)
        elif isinstance(error, PARKS):
            self._refused.append((job, error))
        elif isinstance(error, LeaseHeld):
            self._held = error
            await self._park(job, error)
        else:
            self._writing.queues.fail(self._queue, job, error)
            if isinstance(error, Transient):
                self._error = error
                await self._abandon_if_lost(error)

    async def _abandon_if_lost(self, error: Transient) -> None:
        """Send nothing more: somebody else looks for what was sent."""
        if isinstance(error, LeaseLost):
            await self._abandon()

    async def _abandon(self) -> None:
        """Break off what is under way: when we are told to, or when it is somebody else's by now."""
        under_way, self._under_way = self._under_way, {}
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        for job in under_way.values():
            self._writing.queues.fail(
                self._queue, job, self._error or Transient("broken_off", "the write was broken off")
            )

    async def _end(self) -> None:
        """Give the lease back; where the connection cannot go on, park what waits."""
        if self._refused:
            await self._park_all()
        elif self._held:
            self._queue.stays_parked = True
            for job in self._queue.waiting():
                await self._park(job, self._held)
        elif self._error:
            self._queue.stays_parked = isinstance(self._error, LeaseLost)
            raise self._error
        else:
            await self._lease.end()

    async def _park_all(self) -> None:
        """Park the connection, once for all that its provider refused, and what waits behind."""
        self._queue.stays_parked = True
        parking, queues = self._writing.parking, self._writing.queues
        jobs = [job for job, _ in self._refused]
        for job in jobs:
            await parking.park(job.command)
        first, error = self._refused[0]
        bind_causation(first.command.id)
        await parking.trouble(self._lease.connection, error, first.command, self._lease.without_settled)
        for job in self._queue.waiting():
            await parking.hold(job.command)
            await queues.finish(self._queue, job, parked=True)
        for job in jobs:
            await queues.finish(self._queue, job, parked=True)

    async def _park(self, job: Job, held: LeaseHeld) -> None:
        await self._writing.parking.wait_for_another(job.command, held.retry_after or 0)
        await self._writing.queues.finish(self._queue, job, parked=True)
