"""Asking the provider for events by their ids: only such an answer proves that an absent event is gone (H2)."""

import asyncio
from collections.abc import Sequence

from connector.adapters.collections import Stores
from connector.application.reading.calendar_read import CalendarRead
from connector.application.reading.change_publisher import ChangePublisher
from connector.application.reading.page_processing import PageProcessor
from connector.application.reading.sharing import SharedCalendars
from connector.domain.change_detection.changes import PageChanges
from connector.domain.change_detection.confirmed_events import changes_of_linked, missing_among
from connector.domain.change_detection.page_items import series_ids_of
from connector.domain.change_detection.read_context import ReadContext
from connector.domain.provider.items import EventRemoved, Item
from connector.domain.sharing.sharers import provenances_of

_READS_AT_ONCE = 4
_BATCH = 250


class Confirmation:
    """Reads events and series by their ids, and processes each answer."""

    def __init__(
        self, stores: Stores, shared: SharedCalendars, pages: PageProcessor, publisher: ChangePublisher
    ) -> None:
        self._shared = shared
        self._stores = stores
        self._pages = pages
        self._publisher = publisher

    async def confirm_absent(self, read: CalendarRead) -> None:
        """Ask for what has a stored state, is not past, and was absent from a complete read (H2)."""
        where = {"scope": read.context.scope, "ends_at": {"$gt": read.context.window.start}}
        known = await self._stores.events.find(where)
        masters = await self._with_master(read, {one.series_id for one in known if one.series_id})
        ids = {one.series_id if one.series_id in masters else one.event_id for one in known}
        await self._process_by_ids(read, read.progress.unseen({one for one in ids if one}))

    async def confirm_series(self, read: CalendarRead) -> None:
        """Ask for every stored series, where an unknown deletion may have been one of them.

        Only with providers that report what becomes of occurrences by their master alone.
        """
        if not (read.progress.unknown_deletion and read.calendars.provider.traits.series_by_master):
            return
        async for page in self._stores.series.pages({"scope": read.context.scope}, size=_BATCH):
            living = {one.series_id for one in page if one.master is not None}
            await self._process_by_ids(read, read.progress.unseen(living))

    async def confirm_stored_since(self, read: CalendarRead) -> None:
        """Ask for what was stored since the last complete read and is not in this one (H2).

        Only with providers that never tell the deletion of what was in no complete read: what we wrote, and what a
        read showed that was broken off. Where such an event is there, later reads look for all of them again.
        """
        if not read.calendars.provider.traits.hides_what_came_and_went:
            return
        since = {"seq": {"$gt": read.connection.shown_seq}, "ends_at": {"$gt": read.context.window.start}}
        known = await self._stores.events.find({"scope": read.context.scope, **since})
        masters = await self._with_master(read, {one.series_id for one in known if one.series_id})
        ids = {one.series_id if one.series_id in masters else one.event_id for one in known}
        unseen = read.progress.unseen({one for one in ids if one})
        read.shown_seq = read.lease.seq
        for start in range(0, len(unseen), _READS_AT_ONCE):
            found = await read.fetch_all(unseen[start : start + _READS_AT_ONCE])
            gone = [one for one in found if isinstance(one, EventRemoved)]
            if len(gone) < len(found):
                read.shown_seq = read.connection.shown_seq
            await self._pages.process(read, gone)

    async def confirm_linked(self, read: CalendarRead, event_ids: Sequence[str]) -> None:
        """Ask for a few linked events and publish each answer, wherever in time it lies (H2)."""
        items = await asyncio.gather(*(read.fetch(event_id) for event_id in event_ids))
        states = await self._stores.events.get_many([read.context.id_of(event_id) for event_id in event_ids])
        changes = changes_of_linked(await self._context(read, items), items, states)
        await self._publisher.publish(read, PageChanges(events=changes))
        read.progress.missing |= missing_among(dict(zip(event_ids, items, strict=True)))

    async def _context(self, read: CalendarRead, items: Sequence[Item | None]) -> ReadContext:
        live = [item for item in items if item]
        series = await self._stores.series.get_many([read.context.id_of(one) for one in sorted(series_ids_of(live))])
        return await self._shared.context(read, provenances_of(live, series.values()))

    async def _process_by_ids(self, read: CalendarRead, event_ids: Sequence[str]) -> None:
        for start in range(0, len(event_ids), _READS_AT_ONCE):
            await self._pages.process(read, await read.fetch_all(event_ids[start : start + _READS_AT_ONCE]))

    async def _with_master(self, read: CalendarRead, series_ids: set[str]) -> set[str]:
        found = await self._stores.series.get_many([read.context.id_of(one) for one in series_ids])
        return {series.series_id for series in found.values() if series.master is not None}
