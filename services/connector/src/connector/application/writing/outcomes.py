"""How a command ends: its answer is noted and then told, so that a repeated one is answered as the first time."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from chassis.messaging.publisher import Publisher
from connector.adapters.collections import RecordedOutcome, Stores
from connector.application.lease import Leases, WorkLease
from connector.application.message_factory import MessageFactory, answer
from connector.application.reading.sync_state import SyncStateRepository
from connector.domain.change_detection.event_change import EventChange, ReadContext, detect_change, whatever_the_window
from connector.domain.connection.lifecycle import healthy
from connector.domain.event.window import window_at
from connector.domain.model.connection import Connection
from connector.domain.sync_state.documents import EventState, state_id
from contracts.calendar_commands import CalendarPut, CalendarRemove
from contracts.calendar_events import CalendarOutcome, Pass
from contracts.calendar_objects import EventSnapshot

Command = CalendarPut | CalendarRemove


@dataclass(frozen=True)
class Outcome:
    """What became of a command: `event` as in its answer; `seen` is told as a read of its own after it."""

    kind: CalendarOutcome
    event: EventSnapshot | None = None
    etag: str | None = None
    seen: EventSnapshot | None = None
    gone: str | None = None
    gone_at: datetime | None = None
    generation: int = 0
    reason: str | None = None

    @property
    def event_id(self) -> str | None:
        """The event it is about, where that is known."""
        about = self.event or self.seen
        return about.event_id if about else self.gone


@dataclass(frozen=True)
class CommandOutcomes:
    """Notes outcomes, then tells them and ends the lease.

    What a crash cuts off is made good: a command that comes again is answered by its note, or else tried again as one
    whose first try may have arrived; an event that was not remembered is told once more, as it is. Told before it is
    noted, an answer could end a command that is tried again: what that try makes or finds, nobody would await.
    """

    stores: Stores
    publisher: Publisher
    messages: MessageFactory
    leases: Leases
    known: SyncStateRepository

    async def settle(self, lease: WorkLease, command: Command, outcome: Outcome) -> None:
        """Tell and note the outcome of a command, and end its lease."""
        judged = self.judged(lease, outcome.event, outcome.etag) if outcome.event else None
        message = self.messages.settled(
            lease.connection,
            command,
            outcome.kind,
            seq=lease.seq,
            event=judged.event if judged else None,
            event_id=outcome.event_id,
            generation=outcome.generation,
            reason=outcome.reason,
            gone_at=outcome.gone_at if outcome.kind == "gone" else None,
        )
        note = RecordedOutcome(
            id=command.command_id, message=message, at=self.messages.clock.now(), event_id=outcome.event_id
        )
        remembered = self.known.put(judged) if judged else self._forget_removed(command, outcome)
        await asyncio.gather(remembered, self.stores.answers.insert(note))
        await self.publisher.publish([answer(message)])
        await self._tell_seen(lease, command, outcome)
        await self.leases.release(lease, _free)

    async def refuse(self, connection: Connection, command: Command, reason: str) -> None:
        """Refuse a command without asking the provider."""
        if connection.account_key is None:
            return
        message = self.messages.settled(connection, command, "refused", seq=connection.seq, reason=reason)
        await self.publisher.publish([answer(message)])

    async def repeat(self, command: Command) -> bool:
        """Answer a command that comes again as the first time; False where it is new."""
        known = await self.stores.answers.get(command.command_id)
        if known is None:
            return False
        await self.publisher.publish([answer(known.message)])
        return True

    def judged(
        self, lease: WorkLease, event: EventSnapshot, etag: str | None, known: EventState | None = None
    ) -> EventChange:
        """Return the event as it may be told and remembered; what we wrote lies inside any window."""
        connection = lease.connection
        reading = ReadContext(
            connection_id=connection.id,
            calendar_id=event.calendar_id,
            seq=lease.seq,
            window=window_at(self.messages.clock.now(), connection.zone, connection.settings.horizon_days),
            private=connection.settings.private_events,
        )
        return whatever_the_window(detect_change(reading, event, etag, known))

    async def _forget_removed(self, command: Command, outcome: Outcome) -> None:
        removed = isinstance(command, CalendarRemove) and outcome.kind == "applied"
        if (removed or outcome.kind == "gone") and command.event_id:
            document_id = state_id(command.connection_id, command.calendar_id, command.event_id)
            if known := await self.stores.events.get(document_id):
                await self.stores.events.delete(document_id, known.version)

    async def _tell_seen(self, lease: WorkLease, command: Command, outcome: Outcome) -> None:
        """Tell what was read where the write's own answer got lost: it may hold a later edit, or be deleted again."""
        sync_pass = Pass(id=command.command_id, deletions=1 if outcome.gone else 0)
        if outcome.seen:
            judged = self.judged(lease, outcome.seen, outcome.etag)
            message = self.messages.event_changed(lease.connection, judged, lease.seq, sync_pass.id)
            await self.publisher.publish([message])
            await self.known.put(judged)
        if outcome.gone:
            gone = self.messages.event_gone(
                lease.connection,
                outcome.gone,
                outcome.gone_at,
                calendar_id=command.calendar_id,
                seq=lease.seq,
                sync_pass=sync_pass,
            )
            await self.publisher.publish([gone])


def _free(connection: Connection) -> Connection:
    return healthy(connection.with_in_flight(None))
