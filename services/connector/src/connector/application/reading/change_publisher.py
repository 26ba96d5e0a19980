"""Publishes what a read has found, in the order that loses nothing: publish first, then store."""

from collections.abc import Sequence
from datetime import datetime

from chassis.messaging.publisher import Outgoing, Publisher
from connector.adapters.collections import PublishedSkip, Stores
from connector.application.message_factory import MessageFactory
from connector.application.reading.calendar_read import CalendarRead
from connector.application.reading.stored_outcomes import redact_stored_outcomes
from connector.application.reading.sync_state import SyncStateRepository
from connector.application.traffic import TrafficLog
from connector.domain.change_detection.changes import PageChanges
from connector.domain.change_detection.skipped_events import SkippedEvent
from contracts.calendar_events import Pass


class ChangePublisher:
    """Publishes changes, skipped events and deletions, and stores the sync state afterwards."""

    def __init__(
        self,
        stores: Stores,
        publisher: Publisher,
        messages: MessageFactory,
        sync_state: SyncStateRepository,
        traffic: TrafficLog,
    ) -> None:
        self._stores = stores
        self._publisher = publisher
        self._messages = messages
        self._sync_state = sync_state
        self._traffic = traffic

    async def publish(self, read: CalendarRead, changes: PageChanges) -> None:
        """Publish what changed, store it, and note what is gone for the end of the pass."""
        changed = [
            self._messages.event_changed(read.connection, one, read.lease.seq, read.pass_id)
            for one in changes.events
            if one.publish
        ]
        left = [self._messages.event_left(read.connection, one, read.lease.seq) for one in changes.events if one.left]
        await self._publisher.publish([*changed, *left, *await self._skipped(read, changes.skipped)])
        masked = [one.event.event_id for one in changes.events if one.event.masked]
        await redact_stored_outcomes(self._stores, read.connection.id, masked, read.context.private)
        await self._sync_state.store(changes)
        read.progress.note_changes(changes)
        if read.lease.connection.cursor and not read.context.publish_all:  # what a replay shows is no news
            self._traffic.note_read(read.connection.id, [one.event for one in changes.events if one.publish])

    async def _skipped(self, read: CalendarRead, skipped: Sequence[SkippedEvent]) -> list[Outgoing]:
        return [self._messages.skipped(read.connection, one) for one in skipped if await self._is_new(read, one)]

    async def _is_new(self, read: CalendarRead, skipped: SkippedEvent) -> bool:
        """Note the reason of a skipped event; whether it differs from what was published last."""
        document_id = read.context.id_of(skipped.event_id)
        known = await self._stores.skipped.get(document_id)
        if known and known.words == skipped.words:
            return False
        fresh = PublishedSkip(id=document_id, connection_id=read.connection.id, words=skipped.words)
        await self._stores.skipped.update(document_id, lambda _: fresh)
        return True

    async def publish_deletions(self, read: CalendarRead) -> None:
        """Publish what is gone, each with the number of all (H4), and drop its state."""
        progress = read.progress
        gone = list(progress.deletions.values())
        messages = [self._gone(read, one.state.event_id, one.at, one.series_id) for one in progress.published_deletions]
        messages += [self._gone(read, event_id, at, None) for event_id, at in progress.missing.items()]
        await self._publisher.publish(messages)
        self._traffic.note_removed(read.connection.id, len(messages))
        await self._sync_state.drop(gone, progress.deleted_series.values())

    def _gone(self, read: CalendarRead, event_id: str, at: datetime | None, series_id: str | None) -> Outgoing:
        return self._messages.event_gone(
            read.connection,
            event_id,
            at,
            calendar_id=read.context.calendar_id,
            seq=read.lease.seq,
            sync_pass=Pass(id=read.pass_id, deletions=read.progress.deletion_count),
            series_id=series_id,
        )

    async def end_confirmation(self, read: CalendarRead, replay_id: str) -> None:
        """Publish that every event that was asked for by its id has been published."""
        await self._publisher.publish([self._messages.confirmed(read.connection, replay_id, read.lease.seq)])

    async def end_replay(self, read: CalendarRead, replay_id: str) -> None:
        """Publish that everything in the window has been published, and how many events that was."""
        count = read.progress.published
        await self._publisher.publish([self._messages.replay_ended(read.connection, replay_id, read.lease.seq, count)])
