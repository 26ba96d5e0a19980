"""One read of a calendar under way: publish, then remember, page by page; deletions after the last."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chassis.messaging.publisher import Outgoing, Publisher
from connector.adapters.collections import PublishedSkip, RecordedOutcome, Stores
from connector.adapters.guarded_calendar import Calendars
from connector.application.lease import WorkLease
from connector.application.message_factory import MessageFactory
from connector.application.reading.sync_state import SyncStateRepository
from connector.domain.change_detection.changes import Deletion, PageChanges
from connector.domain.change_detection.event_change import ReadContext, detect_change, whatever_the_window
from connector.domain.change_detection.page_changes import (
    detect_changes,
    ids_on,
    in_batches,
    related_series_to_read,
    series_touched,
    unfolded,
    waits_for_last_page,
    without,
)
from connector.domain.change_detection.skipped_events import SkippedEvent
from connector.domain.event.redaction import redacted_item
from connector.domain.model.connection import Connection
from connector.domain.provider.errors import Missing
from connector.domain.provider.items import (
    EventRead,
    EventRemoved,
    Item,
    OccurrenceCancelled,
    OccurrenceRead,
    SeriesRead,
)
from connector.domain.sync_state.documents import SeriesState
from contracts.calendar_events import Pass

_READS_AT_ONCE = 4
_BATCH = 250


@dataclass
class Read:
    """The state of one read; a pass in the words of H4."""

    lease: WorkLease
    calendars: Calendars
    reading: ReadContext
    pass_id: str
    told: int = 0
    found: int = 0
    seen: set[str] = field(default_factory=set)
    held: list[Item] = field(default_factory=list)
    """What waits for the last page."""
    deletions: dict[str, Deletion] = field(default_factory=dict)
    dead_series: dict[str, SeriesState] = field(default_factory=dict)
    cut: bool = False
    """Occurrences went with a change of their rule: their successors may be about to come (E4)."""
    unplaced: bool = False
    """Something is gone that nobody knows: where a provider tells series so, it may have been one of ours."""
    strangers: dict[str, datetime | None] = field(default_factory=dict)
    """Gone, and never known to us: somebody has asked for them by their ids."""

    @property
    def connection(self) -> Connection:
        """Return the connection that is read."""
        return self.lease.connection

    def living(self, items: Sequence[Item]) -> list[Item]:
        """Return the items without what is told of series that this read has found gone: it went with them."""
        revived = {item.event.event_id for item in items if isinstance(item, SeriesRead)}
        dead = self.dead_series.keys() - revived
        return [item for item in items if series_touched([item]).isdisjoint(dead)]

    def note(self, findings: PageChanges) -> None:
        """Note what is gone, for the end of the pass; what goes on, also under another id, is not gone."""
        there = {one.event.event_id for one in findings.judged} | {one.event_id for one in findings.replaced}
        for event_id in there & self.deletions.keys():
            del self.deletions[event_id]
        for series in findings.series:
            self.dead_series.pop(series.series_id, None)
        for gone in findings.deletions:
            if gone.series_id or gone.known.event_id not in self.deletions:  # the first one knows when it went
                self.deletions[gone.known.event_id] = gone
        self.dead_series |= {dead.series_id: dead for dead in findings.dead_series}
        self.cut |= findings.cut
        self.unplaced |= findings.unplaced


class ChangePublisher:
    """Tells what a read finds, in the order that loses nothing: publish, then remember."""

    def __init__(self, stores: Stores, publisher: Publisher, messages: MessageFactory) -> None:
        self._stores = stores
        self._publisher = publisher
        self._messages = messages
        self.known = SyncStateRepository(stores)

    async def process_page(self, read: Read, items: Sequence[Item], *, last: bool) -> None:
        """Tell the news of a page; series and deletions are told with the last one."""
        waiting = [item for item in items if waits_for_last_page(item)]
        read.held = without(read.held, ids_on(items)) + waiting
        await self.take(read, [item for item in items if not waits_for_last_page(item)])
        if last:
            for batch in in_batches(read.held, _BATCH):
                await self.take(read, batch)

    async def take(self, read: Read, items: Sequence[Item]) -> None:
        """Tell the news of some items and remember them."""
        items = unfolded(read.living(items))
        memory = await self.known.around(read.reading, items)
        if kin := [one for one in related_series_to_read(items, memory) if one not in read.seen]:
            items = [*items, *unfolded(await self._ask_all(read, kin))]
            memory = await self.known.around(read.reading, items)
        items = [redacted_item(one, read.reading.private) for one in items]
        findings = detect_changes(read.reading, items, memory, read.calendars.provider.occurrence_id)
        read.found += len(items)
        read.seen |= ids_on(items) | series_touched(items)
        await self.tell(read, findings)

    async def tell(self, read: Read, findings: PageChanges) -> None:
        """Publish what changed, remember it, and note what is gone for the end of the pass."""
        news = [judged for judged in findings.judged if judged.tell]
        messages = [self._messages.event_changed(read.connection, one, read.lease.seq, read.pass_id) for one in news]
        await self._publisher.publish([*messages, *await self._leave_out(read, findings.skipped)])
        await self._hide_answers(read, [one.event.event_id for one in findings.judged if one.event.masked])
        await self.known.remember(findings)
        read.told += len(news)
        read.note(findings)

    async def _hide_answers(self, read: Read, masked: Sequence[str]) -> None:
        """Take out of the answers that are kept what events said before they were hidden (G2)."""
        found = await self._stores.answers.find({"event_id": {"$in": list(masked)}}) if masked else []
        for answer in found:
            if answer.message.connection_id == read.connection.id:
                await self._keep(answer.presented(read.reading.private))

    async def _keep(self, answer: RecordedOutcome) -> None:
        await self._stores.answers.update(answer.id, lambda _: answer)

    async def _leave_out(self, read: Read, found: Sequence[SkippedEvent]) -> list[Outgoing]:
        return [self._messages.skipped(read.connection, one) for one in found if await self._is_new(read, one)]

    async def _is_new(self, read: Read, found: SkippedEvent) -> bool:
        document_id = read.reading.id_of(found.event_id)
        known = await self._stores.skipped.get(document_id)
        if known and known.words == found.words:
            return False
        fresh = PublishedSkip(id=document_id, connection_id=read.connection.id, words=found.words)
        await self._stores.skipped.update(document_id, lambda _: fresh)
        return True

    async def confirm_absent(self, read: Read) -> None:
        """Ask by id for what is known, not past, and absent from a complete read: only that answer decides (H2)."""
        where = {"scope": read.reading.scope, "ends_at": {"$gt": read.reading.window.start}}
        known = await self._stores.events.find(where)
        masters = await self._masters(read, {one.series_id for one in known if one.series_id})
        ids = {one.series_id if one.series_id in masters else one.event_id for one in known}
        await self._take_by_ids(read, sorted(one for one in ids if one and one not in read.seen))

    async def confirm_series(self, read: Read) -> None:
        """Ask for every known series by its id: one of them may be gone under ids that nobody knows."""
        if not (read.unplaced and read.calendars.provider.traits.series_by_master):
            return
        async for page in self._stores.series.pages({"scope": read.reading.scope}, size=_BATCH):
            living = [one.series_id for one in page if one.master is not None and one.series_id not in read.seen]
            await self._take_by_ids(read, sorted(living))

    async def _take_by_ids(self, read: Read, event_ids: Sequence[str]) -> None:
        for start in range(0, len(event_ids), _READS_AT_ONCE):
            await self.take(read, await self._ask_all(read, event_ids[start : start + _READS_AT_ONCE]))

    async def confirm(self, read: Read, event_ids: Sequence[str]) -> None:
        """Ask for a few events by their ids and tell each answer, wherever in time it lies (H2)."""
        items = await asyncio.gather(*(self._ask(read, event_id) for event_id in event_ids))
        known = await self._stores.events.get_many([read.reading.id_of(event_id) for event_id in event_ids])
        live = [item for item in items if isinstance(item, EventRead | OccurrenceRead)]
        judged = [
            detect_change(read.reading, one.event, one.etag, known.get(read.reading.id_of(one.event.event_id)))
            for one in live
        ]
        await self.tell(read, PageChanges(judged=[whatever_the_window(one) for one in judged]))
        read.strangers |= {
            event_id: getattr(item, "at", None)
            for event_id, item in zip(event_ids, items, strict=True)
            if isinstance(item, EventRemoved | OccurrenceCancelled | SeriesRead)
        }

    async def _masters(self, read: Read, series_ids: set[str]) -> set[str]:
        found = await self._stores.series.get_many([read.reading.id_of(one) for one in series_ids])
        return {series.series_id for series in found.values() if series.master is not None}

    async def _ask_all(self, read: Read, event_ids: Sequence[str]) -> list[Item]:
        items = await asyncio.gather(*(self._ask(read, event_id) for event_id in event_ids))
        return [item for item in items if item is not None]

    async def _ask(self, read: Read, event_id: str) -> Item | None:
        try:
            return await read.calendars.read(read.reading.calendar_id, event_id)
        except Missing:
            return None  # not visible is no proof of a deletion

    async def publish_deletions(self, read: Read) -> None:
        """Tell what is gone, each with the number of all (H4), and forget it."""
        gone = list(read.deletions.values())
        sync_pass = Pass(id=read.pass_id, deletions=len(gone) + len(read.strangers))
        messages = [self._gone(read, one.known.event_id, one.at, one.series_id, sync_pass) for one in gone]
        messages += [self._gone(read, one, at, None, sync_pass) for one, at in read.strangers.items()]
        await self._publisher.publish(messages)
        await self.known.forget(gone, read.dead_series.values())

    def _gone(self, read: Read, event_id: str, at: datetime | None, series_id: str | None, sync_pass: Pass) -> Outgoing:
        return self._messages.event_gone(
            read.connection,
            event_id,
            at,
            calendar_id=read.reading.calendar_id,
            seq=read.lease.seq,
            sync_pass=sync_pass,
            series_id=series_id,
        )

    async def end_confirmation(self, read: Read, replay_id: str) -> None:
        """Tell that all that was asked for by its id has been told."""
        await self._publisher.publish([self._messages.confirmed(read.connection, replay_id, read.lease.seq)])

    async def end_replay(self, read: Read, replay_id: str) -> None:
        """Tell that everything in the window has been told, and how many events that was."""
        ended = self._messages.replay_ended(read.connection, replay_id, read.lease.seq, read.told)
        await self._publisher.publish([ended])
