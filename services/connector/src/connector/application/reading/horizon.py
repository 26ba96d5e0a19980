"""The rolling horizon (D5): what slid into the window is published, and what ended long ago is dropped."""

import asyncio
from collections.abc import AsyncIterator

from connector.adapters.collections import Stores
from connector.application.reading.calendar_read import CalendarRead
from connector.application.reading.change_publisher import ChangePublisher
from connector.application.reading.sharing import SharedCalendars
from connector.application.reading.sync_state import SyncStateRepository
from connector.domain.change_detection.changes import PageChanges
from connector.domain.change_detection.horizon import series_in_window, waiting_in_window
from connector.domain.change_detection.read_context import ReadContext
from connector.domain.sharing.sharers import provenances_of
from connector.domain.sync_state.pruning import over_before

_CHUNK = 100


class Horizon:
    """Moves the window of a calendar on."""

    def __init__(
        self, stores: Stores, sync_state: SyncStateRepository, shared: SharedCalendars, publisher: ChangePublisher
    ) -> None:
        self._stores = stores
        self._shared = shared
        self._sync_state = sync_state
        self._publisher = publisher

    async def roll(self, read: CalendarRead) -> None:
        """Publish the events and occurrences that lie inside the window by now, and drop what is past."""
        async for changes in self._series(read):
            await self._publisher.publish(read, changes)
        async for changes in self._events(read):
            await self._publisher.publish(read, changes)
        await self._drop_past(read.context)

    async def _series(self, read: CalendarRead) -> AsyncIterator[PageChanges]:
        async for page in self._stores.series.pages({"scope": read.context.scope}, size=_CHUNK):
            occurrences = await self._sync_state.occurrences(read.context, [one.series_id for one in page])
            living = [one for one in page if one.series_id not in read.progress.deleted_series]
            context = await self._shared.context(read, provenances_of((), living))
            yield series_in_window(context, living, occurrences, read.calendars.provider.occurrence_id)

    async def _events(self, read: CalendarRead) -> AsyncIterator[PageChanges]:
        where = {"scope": read.context.scope, "published": False, "starts_at": {"$lte": read.context.window.end}}
        async for page in self._stores.events.pages(where, size=_CHUNK):
            waiting = [state for state in page if state.event_id not in read.progress.deletions]
            theirs = {one.series_id or one.event_id: one.colleagues for one in waiting if one.colleagues}
            yield waiting_in_window(await self._shared.context(read, theirs), waiting)

    async def _drop_past(self, context: ReadContext) -> None:
        where = {"scope": context.scope, "ends_at": {"$lt": over_before(context.window)}}
        async for past in self._stores.events.pages_until_empty(where, size=_CHUNK):
            await asyncio.gather(*(self._stores.events.delete(one.id, one.version) for one in past))
