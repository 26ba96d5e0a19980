"""The window rolls on (D5): what slid into it is told without any notification, what slid out long ago is forgotten."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from connector.adapters.collections import Stores
from connector.application.reading.change_publisher import ChangePublisher, Read
from connector.domain.change_detection.changes import PageChanges
from connector.domain.change_detection.event_change import ReadContext, detect_change
from connector.domain.change_detection.series_group import GroupMember, detect_group_changes
from connector.domain.sync_state.documents import EventState, SeriesState
from connector.domain.sync_state.pruning import over_before, without_past
from connector.domain.sync_state.redaction import redacted_series

_CHUNK = 100


async def roll_horizon(read: Read, stores: Stores, teller: ChangePublisher) -> None:
    """Tell the events and occurrences that are inside the window by now."""
    await _expand_series(read, stores, teller)
    reading = read.reading
    where = {"scope": reading.scope, "published": False, "starts_at": {"$lte": reading.window.end}}
    async for waiting in stores.events.pages(where, size=_CHUNK):
        snapshots = [(known.event, known) for known in waiting if known.event_id not in read.deletions]
        judged = [detect_change(reading, event, known.etag, known) for event, known in snapshots if event]
        await teller.tell(read, PageChanges(judged=judged))


async def forget_past(reading: ReadContext, stores: Stores) -> None:
    """Forget known events and exceptions that were over well before the window."""
    where = {"scope": reading.scope, "ends_at": {"$lt": over_before(reading.window)}}
    async for past in stores.events.pages_until_empty(where, size=_CHUNK):
        await asyncio.gather(*(stores.events.delete(known.id, known.version) for known in past))


async def _expand_series(read: Read, stores: Stores, teller: ChangePublisher) -> None:
    reading = read.reading
    async for page in stores.series.pages({"scope": reading.scope}, size=_CHUNK):
        occurrences = await teller.known.occurrences(reading, [series.series_id for series in page])
        families: dict[str, list[GroupMember]] = defaultdict(list)
        living = [series for series in page if series.series_id not in read.dead_series]
        kept = [redacted_series(without_past(one, reading.window), reading.private) for one in living]
        for series in kept:
            families[series.lineage].append(_unchanged(series, occurrences.get(series.series_id, ())))
        findings = PageChanges(series=[lean for lean, one in zip(kept, living, strict=True) if lean is not one])
        for members in families.values():
            detect_group_changes(reading, members, read.calendars.provider.occurrence_id, findings)
        await teller.tell(read, findings)


def _unchanged(series: SeriesState, occurrences: Sequence[EventState]) -> GroupMember:
    return GroupMember(series.series_id, series, series, {event.event_id: event for event in occurrences})
