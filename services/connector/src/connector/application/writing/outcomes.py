"""How a command ends: its outcome is stored and then published, so that a repeated command gets the same answer."""

import asyncio
from dataclasses import dataclass

from chassis.messaging.publisher import Publisher
from connector.adapters.collections import RecordedOutcome, Stores
from connector.application.message_factory import MessageFactory, answer
from connector.application.reading.sync_state import SyncStateRepository
from connector.application.traffic import TrafficLog
from connector.application.writing.write import Write
from connector.domain.change_detection.event_change import EventChange, detect_change
from connector.domain.change_detection.read_context import ReadContext
from connector.domain.event.window import window_at
from connector.domain.model.connection import Connection
from connector.domain.sync_state.documents import state_id
from connector.domain.writing.outcome import Outcome
from contracts.calendar_commands import CalendarPut, CalendarRemove
from contracts.calendar_events import CalendarCommandSettled, Pass
from contracts.calendar_objects import EventSnapshot

Command = CalendarPut | CalendarRemove


@dataclass(frozen=True)
class CommandOutcomes:
    """Stores outcomes, and then publishes them.

    A crash in between is made good: a command that comes again is answered by its stored outcome, or else tried again
    as one whose first try may have arrived. An event whose state was not stored is published once more. An answer that
    was published before it is stored could end a command that is tried again, and nobody would wait for what that try
    makes or finds.
    """

    stores: Stores
    publisher: Publisher
    messages: MessageFactory
    sync_state: SyncStateRepository
    traffic: TrafficLog

    async def finish(self, write: Write, command: Command, outcome: Outcome) -> None:
        """Store and publish the outcome of a command. Raises LeaseLost where somebody else is to find it out."""
        await write.check_fence()
        change = self._written(write, outcome.event, outcome.etag) if outcome.event else None
        message = self._message(write, command, outcome, change.event if change else None)
        record = RecordedOutcome(
            id=command.command_id, message=message, at=self.messages.clock.now(), event_id=outcome.event_id
        )
        new = isinstance(command, CalendarPut) and command.event_id is None
        state = self.sync_state.store_event(change, new=new) if change else self._drop_removed(command, outcome)
        await asyncio.gather(state, *(() if outcome.passing else (self.stores.answers.insert(record),)))
        await self.publisher.publish([answer(message)])
        await self._publish_seen(write, command, outcome)
        if outcome.kind == "applied":
            self.traffic.note_written(write.connection.id, self.messages.clock.now() - command.occurred_at)
        write.settled()

    async def refuse(self, connection: Connection, command: Command, reason: str) -> None:
        """Refuse a command without asking the provider: it is the connection that stands in the way, for now."""
        if connection.account_key is None:
            return
        message = self.messages.settled(connection, command, "refused", seq=connection.seq, reason=reason, passing=True)
        await self.publisher.publish([answer(message)])

    async def repeat(self, command: Command) -> bool:
        """Answer a command that comes again as the first time; False where it is new."""
        known = await self.stores.answers.get(command.command_id)
        if known is None:
            return False
        await self.publisher.publish([answer(known.message)])
        return True

    def _message(
        self, write: Write, command: Command, outcome: Outcome, event: EventSnapshot | None
    ) -> CalendarCommandSettled:
        return self.messages.settled(
            write.connection,
            command,
            outcome.kind,
            seq=write.seq,
            event=event,
            event_id=outcome.event_id,
            generation=outcome.generation,
            reason=outcome.reason,
            passing=outcome.passing,
            gone_at=outcome.gone_at if outcome.kind == "gone" else None,
        )

    def _written(self, write: Write, event: EventSnapshot, etag: str | None) -> EventChange:
        """Return a written event as it is published and stored: the horizon does not limit it (D5)."""
        connection = write.connection
        context = ReadContext(
            connection_id=connection.id,
            calendar_id=event.calendar_id,
            seq=write.seq,
            window=window_at(self.messages.clock.now(), connection.zone, connection.settings.horizon_days),
            private=connection.settings.private_events,
        )
        return detect_change(context, event, etag, None).ignoring_horizon()

    async def _drop_removed(self, command: Command, outcome: Outcome) -> None:
        removed = isinstance(command, CalendarRemove) and outcome.kind == "applied"
        if (removed or outcome.kind == "gone") and command.event_id:
            document_id = state_id(command.connection_id, command.calendar_id, command.event_id)
            await self.sync_state.drop_event(document_id)

    async def _publish_seen(self, write: Write, command: Command, outcome: Outcome) -> None:
        """Publish what was read where the write's own answer was lost: it may hold a later edit, or be deleted."""
        sync_pass = Pass(id=command.command_id, deletions=1 if outcome.deleted else 0)
        if outcome.seen:
            change = self._written(write, outcome.seen, outcome.etag)
            message = self.messages.event_changed(write.connection, change, write.seq, sync_pass.id)
            await self.publisher.publish([message])
            await self.sync_state.store_event(change)
        if outcome.deleted:
            message = self.messages.event_gone(
                write.connection,
                outcome.deleted,
                outcome.gone_at,
                calendar_id=command.calendar_id,
                seq=write.seq,
                sync_pass=sync_pass,
            )
            await self.publisher.publish([message])
