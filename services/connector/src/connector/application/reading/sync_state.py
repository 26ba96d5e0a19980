"""Loads the sync state of a page, and stores it again after its changes were published."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from chassis.persistence.document import D
from chassis.persistence.documents import Documents
from connector.adapters.collections import Stores
from connector.domain.change_detection.changes import Deletion, PageChanges
from connector.domain.change_detection.event_change import EventChange
from connector.domain.change_detection.page_items import event_ids_of, series_ids_of
from connector.domain.change_detection.read_context import ReadContext
from connector.domain.provider.items import Item, SeriesRead, lineage_of
from connector.domain.sync_state.documents import EventState, SeriesState, state_id
from connector.domain.sync_state.snapshot import SyncState
from contracts.calendar_commands import CalendarPut, CalendarRemove

_CHUNK = 100


class SyncStateRepository:
    """The stored states of events and series."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def load(self, context: ReadContext, items: Sequence[Item]) -> SyncState:
        """Return the state of the events and series that these items are of.

        With them comes every series of their lineages, and those that a new series may continue (E4).
        """
        lineages = {lineage for item in items if (lineage := lineage_of(item))}
        ids = sorted(event_ids_of(items) | series_ids_of(items) | lineages)
        documents = [context.id_of(event_id) for event_id in ids]
        events, series = await asyncio.gather(
            self._stores.events.get_many(documents), self._stores.series.get_many(documents)
        )
        lineages |= {one.lineage for one in series.values()}
        group = [*series.values(), *await self._among(context, "lineage", lineages)]
        known = {one.series_id for one in group}
        group += await self._among(context, "master.event.fields.summary", _titles_of_new(items, known))
        series_ids = series_ids_of(items) | {one.series_id for one in group}
        return SyncState(
            events={one.event_id: one for one in events.values()},
            series={one.series_id: one for one in group},
            occurrences=await self.occurrences(context, sorted(series_ids)),
        )

    async def _among(self, context: ReadContext, field: str, values: Collection[str]) -> list[SeriesState]:
        """Return the series of which a field has one of these values."""
        found: list[SeriesState] = []
        ordered = sorted(values)
        for start in range(0, len(ordered), _CHUNK):
            chunk = ordered[start : start + _CHUNK]
            found += await self._stores.series.find({"scope": context.scope, field: {"$in": chunk}})
        return found

    async def occurrences(self, context: ReadContext, series_ids: Sequence[str]) -> dict[str, list[EventState]]:
        """Return the stored occurrences of these series, by series id."""
        found: dict[str, list[EventState]] = defaultdict(list)
        for start in range(0, len(series_ids), _CHUNK):
            chunk = list(series_ids[start : start + _CHUNK])
            for state in await self._stores.events.find({"scope": context.scope, "series_id": {"$in": chunk}}):
                found[state.series_id or ""].append(state)
        return found

    async def etag_based_on(self, command: CalendarPut | CalendarRemove, event_id: str) -> str | None:
        """Return the etag to write on, where the stored state is what the command was based on."""
        state = await self._stores.events.get(state_id(command.connection_id, command.calendar_id, event_id))
        matches = state is not None and command.based_on in (None, state.hash)
        return state.etag if state and matches else None

    async def series_of(self, commands: Sequence[CalendarPut | CalendarRemove]) -> dict[str, str]:
        """Return which series the events of these commands are occurrences of, by event id."""
        ids = [state_id(one.connection_id, one.calendar_id, one.event_id) for one in commands if one.event_id]
        known = (await self._stores.events.get_many(ids)).values() if ids else ()
        return {one.event_id: one.series_id for one in known if one.series_id}

    async def store(self, changes: PageChanges) -> None:
        """Store the new state; only called after the changes were published."""
        events = [change for change in changes.events if change.store]
        await asyncio.gather(*map(self._store_over, events), *map(self._store_series, changes.series))
        await asyncio.gather(*(self._stores.events.delete(one.id, one.version) for one in changes.replaced))

    async def store_event(self, change: EventChange, *, new: bool = False) -> None:
        """Store the state of one event, whatever was stored of it before; where it is `new`, that is mostly nothing."""
        if not (new and await self._stores.events.insert(change.state)):
            await self._stores.events.update(change.state.id, lambda _: change.state)

    async def _store_over(self, change: EventChange) -> None:
        await self._stores.events.update(change.state.id, lambda _: change.state, seen=change.before)

    async def _store_series(self, series: SeriesState) -> None:
        await self._stores.series.update(series.id, lambda _: series)

    async def drop(self, deletions: Iterable[Deletion], series: Iterable[SeriesState]) -> None:
        """Drop the state of what is really gone; only called after that was published."""
        events = [self._stores.events.delete(gone.state.id, gone.state.version) for gone in deletions]
        await asyncio.gather(*events, *(self._stores.series.delete(one.id, one.version) for one in series))

    async def drop_event(self, document_id: str) -> None:
        """Drop the state of one event, where there is one."""
        if state := await self._stores.events.get(document_id):
            await self._stores.events.delete(document_id, state.version)

    async def drop_calendar(self, scope: str) -> None:
        """Drop the state of a whole calendar."""
        await _drop_all(self._stores.events, scope)
        await _drop_all(self._stores.series, scope)


def _titles_of_new(items: Sequence[Item], known: Collection[str]) -> set[str]:
    """Return the titles of the series that are read for the first time, and continue no other by what is reported."""
    masters = [item for item in items if isinstance(item, SeriesRead) and item.lineage == item.event.event_id]
    return {one.event.fields.summary for one in masters if one.event.event_id not in known}


async def _drop_all(documents: Documents[D], scope: str) -> None:
    async for page in documents.pages_until_empty({"scope": scope}, size=500):
        await asyncio.gather(*(documents.delete(one.id, one.version) for one in page))
