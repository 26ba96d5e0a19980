"""Removing an event, on the condition that it is still what the removal was decided on."""

from dataclasses import dataclass

from connector.adapters.guarded_calendar import Calendars
from connector.application.reading.sync_state import SyncStateRepository
from connector.application.writing.write import Write
from connector.domain.event.redaction import redacted
from connector.domain.provider.errors import CalendarUnavailable, Missing, PreconditionFailed, Rejected
from connector.domain.provider.items import etag_of, snapshot_of
from connector.domain.writing.outcome import Outcome, conflict, given_up
from contracts.calendar_commands import CalendarRemove

_TRIES = 5


@dataclass(frozen=True)
class Remover:
    """Carries out removals."""

    sync_state: SyncStateRepository

    async def remove(self, write: Write, calendars: Calendars, command: CalendarRemove) -> Outcome:
        """Delete an event, and return what became of that; one that is gone already is what was asked for.

        So is one in a calendar that another was chosen in place of, and that is gone or ours no more (A9): whoever
        chose another since this one was deleted would wait for ever.
        """
        try:
            return await self._remove(write, calendars, command)
        except Missing:
            return Outcome("applied")
        except CalendarUnavailable:
            if command.calendar_id == write.connection.calendar_id:
                raise
            return Outcome("applied")
        except Rejected as error:
            return Outcome("refused", reason=error.code)

    async def _remove(self, write: Write, calendars: Calendars, command: CalendarRemove) -> Outcome:
        etag = await self.sync_state.etag_based_on(command, command.event_id)
        for _ in range(_TRIES):
            if etag is None:
                item = await calendars.read(command.calendar_id, command.event_id)
                event = snapshot_of(item)
                if event is None:
                    return Outcome("applied")
                mode = write.connection.settings.private_events
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
