"""The one worker of a connection: takes its commands in order, each within a lease, and parks what cannot be done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from chassis.clock import Clock
from chassis.observability.correlation import bind_causation
from connector.adapters.guarded_calendar import Calendars, CallLost, ProviderAway
from connector.adapters.providers.keep_alive import new_connections
from connector.application.connections.push_channels import Channels
from connector.application.connections.repository import Connections
from connector.application.connections.teardown import Teardown
from connector.application.late_work import LateWork
from connector.application.lease import Change, Leases, WorkLease, unchanged
from connector.application.parking import PARKS, Parking
from connector.application.provider_access import ProviderAccess
from connector.application.rate_limiter import RateLimiter
from connector.application.reading.pulling import Puller
from connector.application.writing.outcomes import Command, CommandOutcomes
from connector.application.writing.putting import Writer
from connector.application.writing.removing import Remover
from connector.domain.model.connection import Connection
from connector.domain.scheduling.debounce import debounce_pull
from connector.domain.scheduling.schedule import sooner
from connector.domain.writing.write_attempts import begun, first_note
from contracts.calendar_commands import (
    CalendarCommandMessage,
    CalendarConfirm,
    CalendarPull,
    CalendarPut,
    CalendarReplay,
)

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
    writer: Writer
    remover: Remover
    teardown: Teardown
    answers: CommandOutcomes
    late_work: LateWork
    limiter: RateLimiter
    clock: Clock

    async def handle(self, command: CalendarCommandMessage) -> None:
        """Carry out one command, park it, or answer why not."""
        connection = await self.connections.get(command.connection_id)
        if connection is None:
            log.warning("unknown_connection", connection=command.connection_id, command=command.type)
            return
        await self.late_work.do(connection, command, lambda: self._handle(connection, command))

    async def _resume(self, command: CalendarCommandMessage) -> None:
        if connection := await self.connections.get(command.connection_id):
            await self._handle(connection, command)

    async def _handle(self, connection: Connection, command: CalendarCommandMessage) -> None:
        bind_causation(command.id)  # one that was parked is carried out while another message is in hand
        match command:
            case CalendarPull():
                await self._pull(connection, command)
            case CalendarReplay() | CalendarConfirm():
                if connection.phase == "running":
                    await self._guarded(connection, command, self._telling(command))
            case _:
                await self._write(connection, command)

    async def _pull(self, connection: Connection, pull: CalendarPull) -> None:
        if connection.phase == "stopping" and "retire" in connection.due:
            await self.teardown.tear_down(connection)
        if connection.phase != "running" or connection.cursor is None:
            return  # the first read is the replay that the mapper asks for
        now, window = self.clock.now(), self.puller.policy.debounce
        pushed = pull.reason == "push"
        verdict = debounce_pull(pull.occurred_at, connection.last_read_started_at, now, window, pushed=pushed)
        if verdict == "read":
            await self._guarded(connection, pull, self._reading(pull))
        elif verdict == "later" and connection.last_read_started_at:
            end = connection.last_read_started_at + window
            await self.connections.change(connection.id, lambda c: sooner(c, "window", end))

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

    async def _write(self, connection: Connection, command: Command) -> None:
        if await self.answers.repeat(command):
            return
        if reason := _refusal(connection, command):
            await self.answers.refuse(connection, command, reason)
            return

        async def work(lease: WorkLease, calendars: Calendars) -> None:
            if isinstance(command, CalendarPut):
                await self.writer.put(lease, calendars, command)
            else:
                await self.remover.remove(lease, calendars, command)

        kit = self.accounts.kits[connection.provider]
        generation = command.generation if isinstance(command, CalendarPut) else 0
        key = kit.calendars.key_of(connection.known_account, command.activity_id, command.calendar_id, generation)
        note = first_note(command, key, self.clock.now())
        await self._guarded(connection, command, work, lambda c: begun(c, note))

    async def _guarded(
        self, connection: Connection, command: CalendarCommandMessage, work: Work, note: Change = unchanged
    ) -> None:
        """Do the work within a lease; what the provider cannot do now parks this connection and no other."""
        if not connection.can_work(self.clock.now()):
            await self.parking.hold(command)
            return
        await self._settle_unfinished(connection, command)
        admitted = self.limiter.admits(connection.answered_by)
        lease = await self.leases.acquire(connection, note if admitted else unchanged)
        try:
            if not admitted:  # only probes are worth a call: each that times out holds up others for seconds
                raise _away(connection)
            with self.limiter.observing(connection.answered_by):
                await self._carry_out(lease, work, note)
        except PARKS as error:
            await self.parking.park(command)
            await self.parking.trouble(lease.connection, error, command)

    async def _carry_out(self, lease: WorkLease, work: Work, note: Change) -> None:
        """Do the work; where a connection breaks under a write, do it again at once, as one that may have arrived."""
        calendars = self.accounts.calendars(lease.connection)
        try:
            await work(lease, calendars)
        except CallLost as error:
            log.info("call_lost", connection=lease.connection.id, reason=str(error))
            await self.leases.renew(lease, note)
            with new_connections():
                await work(lease, calendars)

    async def _settle_unfinished(self, connection: Connection, command: CalendarCommandMessage) -> None:
        """Bring a write of unknown end to its end before anything else: else its echo looked like a user's edit."""
        note = connection.in_flight
        if note is not None and note.command_id != getattr(command, "command_id", None):
            await self.parking.resume(note.command_id, connection.id, self._resume)
            bind_causation(command.id)


def _away(connection: Connection) -> ProviderAway:
    """Return the error of a call that is not made; what the user was told of the last one that was stays true."""
    known = connection.last_problem if connection.trouble else None
    if known:
        return ProviderAway(known.code, known.detail)
    return ProviderAway("provider_away", f"{connection.server or connection.provider} does not answer")


def _refusal(connection: Connection, command: Command) -> str | None:
    """Return why a command is not carried out at all, None where it may be."""
    if connection.phase in {"connecting", "stopped"}:
        return "not_connected"
    if connection.phase == "stopping" and connection.trouble and connection.trouble.needs_user:
        return connection.trouble.kind
    if not isinstance(command, CalendarPut):
        return None
    if connection.phase == "stopping":
        return "stopping"
    return "calendar_changed" if command.calendar_id != connection.settings.calendar_id else None
