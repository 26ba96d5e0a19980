"""Removing an event, on the condition that it is still what the removal was decided on."""

from dataclasses import dataclass

from connector.adapters.collections import Stores
from connector.adapters.guarded_calendar import Calendars
from connector.application.lease import WorkLease
from connector.application.writing.outcomes import CommandOutcomes, Outcome
from connector.domain.event.redaction import redacted
from connector.domain.provider.errors import Missing, PreconditionFailed, Rejected
from connector.domain.provider.items import etag_of, snapshot_of
from connector.domain.sync_state.documents import state_id
from contracts.calendar_commands import CalendarRemove

_TRIES = 5


@dataclass(frozen=True)
class Remover:
    """Carries out removals within a lease."""

    stores: Stores
    answers: CommandOutcomes

    async def remove(self, lease: WorkLease, calendars: Calendars, command: CalendarRemove) -> None:
        """Delete an event, and answer; one that is gone already is what was asked for."""
        try:
            outcome = await self._remove(lease, calendars, command)
        except Missing:
            outcome = Outcome("applied")
        except Rejected as error:
            outcome = Outcome("refused", reason=error.code)
        await self.answers.settle(lease, command, outcome)

    async def _remove(self, lease: WorkLease, calendars: Calendars, command: CalendarRemove) -> Outcome:
        etag = await self._known_etag(command)
        for _ in range(_TRIES):
            if etag is None:
                item = await calendars.read(command.calendar_id, command.event_id)
                event = snapshot_of(item)
                if event is None:
                    return Outcome("applied")
                mode = lease.connection.settings.private_events
                if command.based_on is not None and redacted(event, mode).hash != command.based_on:
                    return Outcome("conflict", event=event, etag=etag_of(item))
                etag = etag_of(item)
            try:
                await calendars.delete(command.calendar_id, command.event_id, etag=etag)
            except PreconditionFailed:
                etag = None
            else:
                return Outcome("applied")
        return Outcome("refused", reason="changes_all_the_time")

    async def _known_etag(self, command: CalendarRemove) -> str | None:
        known = await self.stores.events.get(state_id(command.connection_id, command.calendar_id, command.event_id))
        matches = known is not None and command.based_on in (None, known.hash)
        return known.etag if known and matches else None
