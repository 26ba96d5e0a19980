"""The one worker of a connection: takes its commands in their order, and parks what cannot be done.

Reads are done alone, each within a lease; writes of different events go on together (`connector.application.writing`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from chassis.clock import Clock
from chassis.observability.correlation import bind_causation, bind_correlation
from connector.adapters.guarded_calendar import Calendars
from connector.application.command_queue import CommandQueue, Job, made
from connector.application.command_queues import CommandQueues
from connector.application.connections.push_channels import Channels
from connector.application.connections.repository import Connections
from connector.application.connections.teardown import Teardown
from connector.application.lease import Leases, WorkLease
from connector.application.parking import PARKS, Parking
from connector.application.provider_access import ProviderAccess
from connector.application.rate_limiter import RateLimiter
from connector.application.reading.debouncing import Debounce
from connector.application.reading.pulling import Puller
from connector.application.writing.carrying_out import away
from connector.application.writing.write_session import Writing
from connector.domain.connection.lease import LeaseHeld
from connector.domain.model.connection import Connection
from contracts.calendar_commands import CalendarCommandMessage, CalendarConfirm, CalendarPull, CalendarReplay

log = structlog.get_logger()

Work = Callable[[WorkLease, Calendars], Awaitable[None]]


@dataclass(frozen=True)
class Worker:
    """Carries out `calendar.commands`. Idempotent: a repeated command changes nothing."""

    connections: Connections
    accounts: ProviderAccess
    leases: Leases
    parking: Parking
    channels: Channels
    puller: Puller
    debounce: Debounce
    writing: Writing
    teardown: Teardown
    queues: CommandQueues
    limiter: RateLimiter
    clock: Clock

    async def handle(self, command: CalendarCommandMessage) -> None:
        """Carry out one command, park it, or answer why not; a batch does not wait for what takes long."""
        await self.queues.do(command, self._work_off)

    async def _work_off(self, queue: CommandQueue) -> None:
        """Do what stands at the head of a queue."""
        connection, job = await self.connections.get(queue.connection_id), queue.head
        if job is None:
            return
        if connection is None:
            log.warning("unknown_connection", connection=queue.connection_id, command=job.command.type)
            await self.queues.finish(queue, job)
            return
        queue.whom = connection.server or connection.id
        if connection.writes and connection.can_work(self.clock.now()):
            await self._bring_back_unfinished(queue, connection)
        job = queue.head or job
        if job.is_write:
            await self.writing.work_off(queue, connection)
        else:
            await self._do_alone(queue, connection, job)

    async def _bring_back_unfinished(self, queue: CommandQueue, connection: Connection) -> None:
        """Put parked writes of unknown end before anything else: else the echo of one looked like a user's edit."""
        ids = {note.command_id for note in connection.writes} - queue.looked_for
        queue.looked_for |= ids
        unknown = {one for one in ids if not queue.has_command(one)}
        for work, command in reversed(await self.parking.find(connection.id) if unknown else []):
            if getattr(command, "command_id", None) in unknown:
                job = made(command, work)
                job.context.run(bind_correlation, command.correlation_id)
                queue.put_first(job)

    async def _do_alone(self, queue: CommandQueue, connection: Connection, job: Job) -> None:
        queue.take(job)
        doing = self._done_alone(connection, job.command)
        task = asyncio.get_running_loop().create_task(doing, context=job.context)
        try:
            parked = await task
        except LeaseHeld as error:
            queue.stays_parked = parked = True
            await self.parking.wait_for_another(job.command, error.retry_after or 0)
        except asyncio.CancelledError:
            task.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - its batch decides what becomes of it
            self.queues.fail(queue, job, error)
            return
        queue.stays_parked |= parked
        await self.queues.finish(queue, job, parked=parked)

    async def _done_alone(self, connection: Connection, command: CalendarCommandMessage) -> bool:
        """Do what is not done beside anything else; return whether it was parked."""
        bind_causation(command.id)  # one that was parked is carried out while another message is in hand
        match command:
            case CalendarPull():
                return await self._pull(connection, command)
            case CalendarReplay() | CalendarConfirm() if connection.phase == "running":
                return await self._guarded(connection, command, self._telling(command))
            case _:
                return False

    async def _pull(self, connection: Connection, pull: CalendarPull) -> bool:
        if connection.awaits_teardown:
            await self.teardown.tear_down(connection)
            return False
        if await self.debounce.spares(connection, pull):
            return False
        return await self._guarded(connection, pull, self._reading(pull))

    def _reading(self, pull: CalendarPull) -> Work:
        async def work(lease: WorkLease, calendars: Calendars) -> None:
            await self.channels.maintain(lease, calendars)
            await self.puller.pull(lease, calendars, pull.reason)

        return work

    def _telling(self, command: CalendarReplay | CalendarConfirm) -> Work:
        async def work(lease: WorkLease, calendars: Calendars) -> None:
            if isinstance(command, CalendarConfirm):
                await self.puller.confirm(lease, calendars, command.replay_id, command.event_ids)
                return
            await self.channels.maintain(lease, calendars)
            await self.puller.replay(lease, calendars, command.replay_id)

        return work

    async def _guarded(self, connection: Connection, command: CalendarCommandMessage, work: Work) -> bool:
        """Do the work within a lease; what the provider cannot do now parks this connection and no other."""
        if not connection.can_work(self.clock.now()):
            await self.parking.hold(command)
            return True
        admitted = self.limiter.admits(connection.answered_by)
        lease = await self.leases.acquire(connection)
        try:
            if not admitted:  # only probes are worth a call: each that times out holds up others for seconds
                raise away(connection)
            with self.limiter.observing(connection.answered_by):
                await work(lease, self.accounts.calendars(lease.connection))
        except PARKS as error:
            await self.parking.park(command)
            await self.parking.trouble(lease.connection, error, command)
            return True
        return False
