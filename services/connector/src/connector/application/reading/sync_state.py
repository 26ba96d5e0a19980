"""What is known of a calendar, loaded for one page and stored again after it was told."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence

from chassis.persistence.document import D
from chassis.persistence.documents import Documents
from connector.adapters.collections import Stores
from connector.domain.change_detection.changes import Deletion, PageChanges
from connector.domain.change_detection.event_change import EventChange, ReadContext
from connector.domain.change_detection.page_changes import SyncState, ids_on, series_touched
from connector.domain.provider.items import Item, lineage_of
from connector.domain.sync_state.documents import EventState, SeriesState

_CHUNK = 100


class SyncStateRepository:
    """Loads and stores known events and series."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def around(self, reading: ReadContext, items: Sequence[Item]) -> SyncState:
        """Return what is known of everything that these items touch, and of the other series of their lineages."""
        ids = sorted(ids_on(items) | series_touched(items))
        documents = [reading.id_of(event_id) for event_id in ids]
        events, series = await asyncio.gather(
            self._stores.events.get_many(documents), self._stores.series.get_many(documents)
        )
        told = {lineage for item in items if (lineage := lineage_of(item))}
        lineages = told | {known.lineage for known in series.values()}
        family = [*series.values(), *await self._of_lineages(reading, sorted(lineages))]
        touched = series_touched(items) | {known.series_id for known in family}
        return SyncState(
            events={known.event_id: known for known in events.values()},
            series={known.series_id: known for known in family},
            occurrences=await self.occurrences(reading, sorted(touched)),
        )

    async def _of_lineages(self, reading: ReadContext, lineages: Sequence[str]) -> list[SeriesState]:
        found: list[SeriesState] = []
        for start in range(0, len(lineages), _CHUNK):
            chunk = list(lineages[start : start + _CHUNK])
            found += await self._stores.series.find({"scope": reading.scope, "lineage": {"$in": chunk}})
        return found

    async def occurrences(self, reading: ReadContext, series_ids: Sequence[str]) -> dict[str, list[EventState]]:
        """Return the known occurrences of these series, by series."""
        found: dict[str, list[EventState]] = defaultdict(list)
        for start in range(0, len(series_ids), _CHUNK):
            chunk = list(series_ids[start : start + _CHUNK])
            where = {"scope": reading.scope, "series_id": {"$in": chunk}}
            for known in await self._stores.events.find(where):
                found[known.series_id or ""].append(known)
        return found

    async def remember(self, findings: PageChanges) -> None:
        """Store what is known now; only called after it was told."""
        events = [judged for judged in findings.judged if judged.remember]
        await asyncio.gather(*map(self._put_over, events), *map(self._put_series, findings.series))
        await asyncio.gather(*(self._stores.events.delete(one.id, one.version) for one in findings.replaced))

    async def put(self, judged: EventChange) -> None:
        """Store what is now known of one event, whatever was known of it before."""
        await self._stores.events.update(judged.known.id, lambda _: judged.known)

    async def _put_over(self, judged: EventChange) -> None:
        await self._stores.events.update(judged.known.id, lambda _: judged.known, seen=judged.before)

    async def _put_series(self, series: SeriesState) -> None:
        await self._stores.series.update(series.id, lambda _: series)

    async def forget(self, deletions: Iterable[Deletion], series: Iterable[SeriesState]) -> None:
        """Drop what is really gone; only called after it was told."""
        events = [self._stores.events.delete(gone.known.id, gone.known.version) for gone in deletions]
        await asyncio.gather(*events, *(self._stores.series.delete(dead.id, dead.version) for dead in series))

    async def forget_all(self, scope: str) -> None:
        """Drop everything known of a calendar."""
        await _drop(self._stores.events, scope)
        await _drop(self._stores.series, scope)


async def _drop(documents: Documents[D], scope: str) -> None:
    async for page in documents.pages_until_empty({"scope": scope}, size=500):
        await asyncio.gather(*(documents.delete(one.id, one.version) for one in page))
