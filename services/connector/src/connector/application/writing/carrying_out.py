"""One command from its note to its published outcome."""

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

import structlog

from chassis.clock import Clock
from chassis.observability.correlation import bind_causation
from connector.adapters.guarded_calendar import Calendars, CallLost, ProviderAway
from connector.adapters.metrics import WRITES_IN_FLIGHT
from connector.adapters.providers.keep_alive import new_connections
from connector.application.provider_access import ProviderAccess
from connector.application.rate_limiter import RateLimiter
from connector.application.writing.outcomes import Command, CommandOutcomes
from connector.application.writing.putting import Writer
from connector.application.writing.removing import Remover
from connector.application.writing.write import Write
from connector.application.writing.write_lease import WriteLease
from connector.domain.model.connection import Connection
from connector.domain.writing.outcome import Outcome
from connector.domain.writing.write_attempts import first_note, refusal
from contracts.calendar_commands import CalendarPut

log = structlog.get_logger()


@dataclass(frozen=True)
class CommandCarrier:
    """Carries out puts and removes. Idempotent: a repeated command is answered as the first time."""

    accounts: ProviderAccess
    writer: Writer
    remover: Remover
    outcomes: CommandOutcomes
    limiter: RateLimiter
    clock: Clock

    async def begin(self, lease: WriteLease, command: Command, *, admitted: bool) -> Write | None:
        """Return the write, noted; None where the command is answered, or parked, without one.

        Raises LeaseHeld, LeaseLost, ProviderAway.
        """
        connection = lease.connection
        if await self.answered(connection, command):
            return None
        if not admitted:  # only probes are worth a call: each that times out holds up others for seconds
            raise away(connection)
        note, seq = await lease.begin(first_note(command, self._key_of(connection, command), self.clock.now()))
        return Write(lease, note, seq)

    async def answered(self, connection: Connection, command: Command) -> bool:
        """Answer a command for which its provider is not asked: it comes again, or the connection stands in its way."""
        bind_causation(command.id)  # many are under way while one message is in hand
        if await self.outcomes.repeat(command):
            return True
        if reason := refusal(connection, command):
            await self.outcomes.refuse(connection, command, reason)
        return bool(reason)

    async def carry_out(self, write: Write, command: Command, within: AbstractContextManager[None]) -> Outcome:
        """Return what became of a write at its provider. Raises what parks the connection, within the context."""
        connection = write.connection
        calendars = self.accounts.calendars(connection, write.lease.recent_grant)
        with ExitStack() as stack:
            stack.enter_context(self.limiter.observing(connection.answered_by))
            stack.enter_context(within)
            stack.enter_context(WRITES_IN_FLIGHT.labels(connection.provider).track_inprogress())
            return await self._tried(write, calendars, command)

    async def _tried(self, write: Write, calendars: Calendars, command: Command) -> Outcome:
        """Make the write; where a connection breaks under it, once more at once, as one that may have arrived."""
        try:
            return await self._made(write, calendars, command)
        except CallLost as error:
            log.info("call_lost", connection=write.connection.id, reason=str(error))
            await write.try_again()
            with new_connections():
                return await self._made(write, calendars, command)

    async def _made(self, write: Write, calendars: Calendars, command: Command) -> Outcome:
        if isinstance(command, CalendarPut):
            return await self.writer.put(write, calendars, command)
        return await self.remover.remove(write, calendars, command)

    def _key_of(self, connection: Connection, command: Command) -> str:
        calendars = self.accounts.kits[connection.provider].calendars
        generation = command.generation if isinstance(command, CalendarPut) else 0
        return calendars.key_of(connection.known_account, command.activity_id, command.calendar_id, generation)


def away(connection: Connection) -> ProviderAway:
    """Return the error of a call that is not made; what the user was told of the last one that was stays true."""
    known = connection.last_problem if connection.trouble else None
    if known:
        return ProviderAway(known.code, known.detail)
    return ProviderAway("provider_away", f"{connection.server or connection.provider} does not answer")
