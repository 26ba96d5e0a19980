"""Removing an event, on the condition that it is still what the removal was decided on."""

from dataclasses import dataclass

from connector.adapters.guarded_calendar import Calendars
from connector.application.lease import WorkLease
from connector.application.reading.sync_state import SyncStateRepository
from connector.application.writing.outcomes import CommandOutcomes
from connector.domain.event.redaction import redacted
from connector.domain.provider.errors import CalendarUnavailable, Missing, PreconditionFailed, Rejected
from connector.domain.provider.items import etag_of, snapshot_of
from connector.domain.writing.outcome import Outcome, conflict, given_up
from contracts.calendar_commands import CalendarRemove

_TRIES = 5


@dataclass(frozen=True)
class Remover:
    """Carries out removals under a lease."""

    sync_state: SyncStateRepository
    outcomes: CommandOutcomes

    async def remove(self, lease: WorkLease, calendars: Calendars, command: CalendarRemove) -> None:
        """Delete an event, and answer the command; one that is gone already is what was asked for.

        So is one in a calendar that another was chosen in place of, and that is gone or ours no more (A9): whoever
        chose another since this one was deleted would wait for ever.
        """
        try:
            outcome = await self._remove(lease, calendars, command)
        except Missing:
            outcome = Outcome("applied")
        except CalendarUnavailable:
            if command.calendar_id == lease.connection.calendar_id:
                raise
            outcome = Outcome("applied")
        except Rejected as error:
            outcome = Outcome("refused", reason=error.code)
        await self.outcomes.finish(lease, command, outcome)

    async def _remove(self, lease: WorkLease, calendars: Calendars, command: CalendarRemove) -> Outcome:
        etag = await self.sync_state.etag_based_on(command, command.event_id)
        for _ in range(_TRIES):
            if etag is None:
                item = await calendars.read(command.calendar_id, command.event_id)
                event = snapshot_of(item)
                if event is None:
                    return Outcome("applied")
                mode = lease.connection.settings.private_events
                if command.based_on is not None and redacted(event, mode).hash != command.based_on:
                    return conflict(item)
                etag = etag_of(item)
            try:
                await calendars.delete(command.calendar_id, command.event_id, etag=etag)
            except PreconditionFailed:
                etag = None
            else:
                return Outcome("applied")
        return given_up("changes_all_the_time")
