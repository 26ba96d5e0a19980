"""Putting an event: created under a derived id, or changed if it is still what the change was made from."""

from dataclasses import dataclass
from datetime import datetime

from connector.adapters.guarded_calendar import Calendars
from connector.application.reading.sync_state import SyncStateRepository
from connector.application.writing.write import Write
from connector.domain.event.redaction import redacted
from connector.domain.provider.errors import AlreadyExists, Missing, PreconditionFailed, Rejected
from connector.domain.provider.items import Item, etag_of, snapshot_of
from connector.domain.provider.port import NewEvent
from connector.domain.writing.outcome import Outcome, conflict, found_deleted, found_written, given_up, gone, written
from connector.domain.writing.write_attempts import holds, id_conflict, is_written
from contracts.calendar_commands import CalendarPut

_TRIES = 5


@dataclass(frozen=True)
class Writer:
    """Carries out puts."""

    sync_state: SyncStateRepository

    async def put(self, write: Write, calendars: Calendars, put: CalendarPut) -> Outcome:
        """Create or change an event, and return what became of that."""
        try:
            outcome = await PutAttempt(write, calendars, put, self.sync_state).make()
        except Rejected as error:
            outcome = Outcome("refused", reason=error.code, generation=put.generation)
        if (written := outcome.event or outcome.seen) and outcome.kind == "applied":
            await calendars.note_original(written, put)
        return outcome


@dataclass(frozen=True)
class PutAttempt:
    """One try to carry out a put. An earlier one may have arrived: its note says so (`InFlight.unsure`)."""

    write: Write
    calendars: Calendars
    put: CalendarPut
    sync_state: SyncStateRepository

    async def make(self) -> Outcome:
        """Return what became of the put. Raises Rejected where the provider refuses it."""
        put = self.put
        if put.event_id is None:
            return await self._create()
        note = await self.write.at_place(put.event_id, put.generation)
        etag = None if note.unsure else await self.sync_state.etag_based_on(put, put.event_id)
        outcome = await self._change(put.event_id, put.based_on, etag, unsure=note.unsure)
        return outcome.in_generation(put.generation)

    async def _create(self) -> Outcome:
        first = self.put.generation
        for generation in range(first, first + _TRIES):
            if outcome := await self._create_as(generation):
                return outcome.in_generation(generation)
        return given_up("no_free_id").in_generation(first)

    async def _create_as(self, generation: int) -> Outcome | None:
        put, account = self.put, self.write.connection.known_account
        key = self.calendars.provider.key_of(account, put.activity_id, put.calendar_id, generation)
        note = await self.write.at_place(key, generation)
        new = NewEvent(key, put.changes, put.marker, unsure=note.unsure, tried_at=note.started_at)
        try:
            item = await self.calendars.create(put.calendar_id, new)
        except AlreadyExists as error:
            return await self._resolve(error.event_id or key, note.started_at, generation)
        return written(item)

    async def _resolve(self, event_id: str, first_try: datetime, generation: int) -> Outcome | None:
        """Return the outcome where the id is taken; None where the next generation is to be tried."""
        item = await self._read(event_id)
        if item is None:
            return None
        match id_conflict(item, self.put, first_try):
            case "deleted_since":
                return found_deleted(event_id, item)
            case "written":
                return found_written(item)
            case "ours":
                return await self._overwrite(item, generation)
            case _:
                return None

    async def _overwrite(self, item: Item, generation: int) -> Outcome:
        """Bring our event of another version to what the put says."""
        event = snapshot_of(item)
        if event is None:
            return gone(item)
        if holds(event.fields, self.put.changes):
            return written(item)
        note = await self.write.at_place(event.event_id, generation)
        based_on = redacted(event, self.write.connection.settings.private_events).hash
        return await self._change(event.event_id, based_on, etag_of(item), unsure=note.unsure)

    async def _change(self, event_id: str, based_on: str | None, etag: str | None, *, unsure: bool) -> Outcome:
        """Write on the condition of the etag; on 412 read anew: only another content is a conflict."""
        put = self.put
        for _ in range(_TRIES):
            if etag is None:
                read = await self._read(event_id)
                stopped = self._stopped_by(read, based_on, unsure=unsure)
                if read is None or stopped:
                    return stopped or gone(None)
                etag = etag_of(read)
            try:
                item = await self.calendars.update(put.calendar_id, event_id, put.changes, put.marker, etag=etag)
            except PreconditionFailed:
                etag = None
            except Missing:
                return gone(await self._read(event_id))
            else:
                return written(item)
        return given_up("changes_all_the_time")

    def _stopped_by(self, item: Item | None, based_on: str | None, *, unsure: bool) -> Outcome | None:
        """Return the outcome where the event, as it is now, is not to be written; None where it is."""
        event = snapshot_of(item) if item else None
        if item is None or event is None:
            return gone(item)
        if unsure and is_written(event, self.put):
            return found_written(item)
        mode = self.write.connection.settings.private_events
        if based_on is not None and redacted(event, mode).hash != based_on:
            return conflict(item)
        return None

    async def _read(self, event_id: str) -> Item | None:
        try:
            return await self.calendars.read(self.put.calendar_id, event_id)
        except Missing:
            return None
