"""From the items of a page to messages: load the sync state, detect changes, publish them, store the new state."""

from collections.abc import Sequence
from typing import Protocol

from connector.application.reading.calendar_read import CalendarRead
from connector.application.reading.sharing import SharedCalendars
from connector.application.reading.sync_state import SyncStateRepository
from connector.domain.change_detection.changes import PageChanges
from connector.domain.change_detection.page_changes import detect_changes
from connector.domain.change_detection.page_items import in_batches, unfolded
from connector.domain.change_detection.series_lineage import with_known_lineages
from connector.domain.change_detection.split_series import related_series_to_read
from connector.domain.event.redaction import redacted_item
from connector.domain.provider.items import Item
from connector.domain.sharing.sharers import provenances_of
from connector.domain.sync_state.snapshot import SyncState

_BATCH = 250


class TakesChanges(Protocol):
    """What is done with the changes that a read finds."""

    async def publish(self, read: CalendarRead, changes: PageChanges) -> None:
        """Take the changes of some items."""
        ...


class PageProcessor:
    """Processes what a read shows, page by page."""

    def __init__(self, sync_state: SyncStateRepository, shared: SharedCalendars, publisher: TakesChanges) -> None:
        self._sync_state = sync_state
        self._shared = shared
        self._publisher = publisher

    async def process_page(self, read: CalendarRead, page: Sequence[Item], *, last: bool) -> None:
        """Process a page; series and tombstones are processed with the last one."""
        await self.process(read, read.progress.hold(page))
        if last:
            for batch in in_batches(read.progress.held, _BATCH):
                await self.process(read, batch)

    async def process(self, read: CalendarRead, items: Sequence[Item]) -> None:
        """Publish what has changed in these items, and store their new state."""
        found, state = await self._complete(read, _redacted(read, read.progress.without_deleted_series(items)))
        context = await self._shared.context(read, provenances_of(found, state.series.values()))
        changes = detect_changes(context, found, state, read.calendars.provider.occurrence_id)
        read.progress.note_items(found)
        await self._publisher.publish(read, changes)

    async def _complete(self, read: CalendarRead, items: list[Item]) -> tuple[list[Item], SyncState]:
        """Return the items and their sync state, with the other half of a split where the page shows only one (E4)."""
        state = await self._sync_state.load(read.context, items)
        items = with_known_lineages(items, state)
        related = read.progress.unseen(related_series_to_read(items, state))
        if not related:
            return items, state
        items = [*items, *_redacted(read, await read.fetch_all(related))]
        return items, await self._sync_state.load(read.context, items)


def _redacted(read: CalendarRead, items: Sequence[Item]) -> list[Item]:
    return [redacted_item(one, read.context.private) for one in unfolded(items)]
