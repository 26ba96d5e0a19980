"""Putting an event: created under a derived id, or changed if it is still what the change was made from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from connector.adapters.collections import Stores
from connector.adapters.guarded_calendar import Calendars
from connector.application.lease import Leases, WorkLease
from connector.application.writing.outcomes import CommandOutcomes, Outcome
from connector.domain.event.redaction import redacted
from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import InFlight
from connector.domain.provider.errors import AlreadyExists, Forbidden, Missing, PreconditionFailed, Rejected
from connector.domain.provider.items import EventRemoved, Item, etag_of, snapshot_of
from connector.domain.provider.port import CalendarProvider, NewEvent
from connector.domain.sync_state.documents import state_id
from connector.domain.writing.write_attempts import holds, id_conflict, is_written
from contracts.calendar_commands import CalendarPut, CalendarRemove
from contracts.calendar_objects import EventSnapshot

_TRIES = 5


@dataclass(frozen=True)
class Writer:
    """Carries out puts within a lease."""

    stores: Stores
    answers: CommandOutcomes
    leases: Leases

    async def put(self, lease: WorkLease, calendars: Calendars, put: CalendarPut) -> None:
        """Create or change an event, and answer."""
        try:
            change = self._change(lease, calendars, put, put.event_id) if put.event_id else None
            outcome = await (change or self._create(lease, calendars, put))
        except (Forbidden, Rejected) as error:
            outcome = Outcome("refused", reason=error.code, generation=put.generation)
        await self.answers.settle(lease, put, outcome)

    async def _note(self, lease: WorkLease, event_id: str, generation: int) -> InFlight:
        """Return the note of the write, which the lease began with; another place is noted before it is written."""
        note = _note_of(lease)
        if (note.event_id, note.generation) == (event_id, generation):
            return note
        moved = note.at_place(event_id, generation)
        await self.leases.renew(lease, lambda c: c.with_in_flight(moved))
        return moved

    async def _create(self, lease: WorkLease, calendars: Calendars, put: CalendarPut) -> Outcome:
        for generation in range(put.generation, put.generation + _TRIES):
            outcome = await self._create_as(lease, calendars, put, generation)
            if outcome:
                return outcome
        return Outcome("refused", reason="no_free_id", generation=put.generation)

    async def _create_as(
        self, lease: WorkLease, calendars: Calendars, put: CalendarPut, generation: int
    ) -> Outcome | None:
        account = lease.connection.known_account
        key = calendars.provider.key_of(account, put.activity_id, put.calendar_id, generation)
        note = await self._note(lease, key, generation)
        new = NewEvent(key, put.changes, put.marker, unsure=note.unsure)
        try:
            item = await calendars.create(put.calendar_id, new)
        except AlreadyExists as error:
            return await self._taken(lease, calendars, put, _Place(error.event_id or key, generation, note.started_at))
        return _written(item, generation)

    async def _taken(self, lease: WorkLease, calendars: Calendars, put: CalendarPut, place: "_Place") -> Outcome | None:
        """Say what it means that the id is taken; None: a tombstone or a stranger holds it, try the next."""
        try:
            item = await calendars.read(put.calendar_id, place.event_id)
        except Missing:
            return None
        event = snapshot_of(item)
        match id_conflict(item, put, place.first_try):
            case "deleted_since":
                at = item.at if isinstance(item, EventRemoved) else None
                return Outcome("applied", gone=place.event_id, gone_at=at, generation=place.generation)
            case "written":
                return Outcome("applied", seen=event, etag=etag_of(item), generation=place.generation)
            case "there" if event and holds(event.fields, put.changes):
                return _written(item, place.generation)
            case "there":
                return await self._overwrite(lease, calendars, put, item, place.generation)
            case _:
                return None

    async def _overwrite(
        self, lease: WorkLease, calendars: Calendars, put: CalendarPut, item: Item, generation: int
    ) -> Outcome:
        event = snapshot_of(item)
        if event is None:
            return _gone(item, generation)
        based = put.model_copy(update={"based_on": self._hash(lease.connection, event)})
        return await self._change(lease, calendars, based, event.event_id, read=item, generation=generation)

    async def _change(
        self,
        lease: WorkLease,
        calendars: Calendars,
        put: CalendarPut,
        event_id: str,
        *,
        read: Item | None = None,
        generation: int | None = None,
    ) -> Outcome:
        """Write on the condition of the etag; on 412 read anew: only another content is a conflict."""
        generation = put.generation if generation is None else generation
        unsure = (await self._note(lease, event_id, generation)).unsure
        etag = etag_of(read) if read else None if unsure else await self._known_etag(put, event_id)
        for _ in range(_TRIES):
            if etag is None:
                read = await self._read(calendars, put.calendar_id, event_id)
                event = snapshot_of(read) if read else None
                if read is None or event is None:
                    return _gone(read, generation)
                if unsure and is_written(event, put):
                    return Outcome("applied", seen=event, etag=etag_of(read), generation=generation)
                if put.based_on is not None and self._hash(lease.connection, event) != put.based_on:
                    return Outcome("conflict", event=event, etag=etag_of(read), generation=generation)
                etag = etag_of(read)
            try:
                item = await calendars.update(put.calendar_id, event_id, put.changes, put.marker, etag=etag)
            except PreconditionFailed:
                etag = None
            except Missing:
                return _gone(await self._read(calendars, put.calendar_id, event_id), generation)
            else:
                return _written(item, generation)
        return Outcome("refused", reason="changes_all_the_time", generation=generation)

    async def _read(self, calendars: Calendars, calendar_id: str, event_id: str) -> Item | None:
        try:
            return await calendars.read(calendar_id, event_id)
        except Missing:
            return None

    async def _known_etag(self, put: CalendarPut, event_id: str) -> str | None:
        """Return the etag to write on, if what we know is what the change was made from."""
        known = await self.stores.events.get(state_id(put.connection_id, put.calendar_id, event_id))
        matches = known is not None and put.based_on in (None, known.hash)
        return known.etag if known and matches else None

    def _hash(self, connection: Connection, event: EventSnapshot) -> str:
        return redacted(event, connection.settings.private_events).hash


@dataclass(frozen=True)
class _Place:
    event_id: str
    generation: int
    first_try: datetime


def first_note(
    command: CalendarPut | CalendarRemove, connection: Connection, provider: CalendarProvider, now: datetime
) -> InFlight:
    """Return the note of a write before its first try: where it will be made, as far as is known."""
    kind: Literal["put", "remove"] = "put" if isinstance(command, CalendarPut) else "remove"
    generation = command.generation if isinstance(command, CalendarPut) else 0
    event_id = command.event_id or provider.key_of(
        connection.known_account, command.activity_id, command.calendar_id, generation
    )
    return InFlight(command_id=command.command_id, kind=kind, event_id=event_id, generation=generation, started_at=now)


def _note_of(lease: WorkLease) -> InFlight:
    note = lease.connection.in_flight
    if note is None:
        raise AssertionError("a write is noted as its lease begins")
    return note


def _gone(item: Item | None, generation: int) -> Outcome:
    """Return the outcome for an event that is not there; its tombstone says when it was deleted (J3)."""
    return Outcome("gone", gone_at=item.at if isinstance(item, EventRemoved) else None, generation=generation)


def _written(item: Item, generation: int) -> Outcome:
    event = snapshot_of(item)
    if event is None:
        return _gone(item, generation)
    return Outcome("applied", event=event, etag=etag_of(item), generation=generation)
