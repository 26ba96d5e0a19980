"""The window rolls on (D5): what slid into it is told without any notification, what slid out long ago is forgotten."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from connector.adapters.collections import Stores
from connector.application.reading.change_publisher import Read, Teller
from connector.domain.change_detection.changes import Findings
from connector.domain.change_detection.event_change import Reading, judge
from connector.domain.change_detection.pruning import over_before, without_past
from connector.domain.change_detection.series_group import Member, tell_family
from connector.domain.change_detection.sync_state import KnownEvent, KnownSeries
from connector.domain.redaction import present_series

_CHUNK = 100


async def roll_horizon(read: Read, stores: Stores, teller: Teller) -> None:
    """Tell the events and occurrences that are inside the window by now."""
    await _expand_series(read, stores, teller)
    reading = read.reading
    where = {"scope": reading.scope, "published": False, "starts_at": {"$lte": reading.window.end}}
    async for waiting in stores.events.pages(where, size=_CHUNK):
        snapshots = [(known.event, known) for known in waiting if known.event_id not in read.deletions]
        judged = [judge(reading, event, known.etag, known) for event, known in snapshots if event]
        await teller.tell(read, Findings(judged=judged))


async def forget_past(reading: Reading, stores: Stores) -> None:
    """Forget known events and exceptions that were over well before the window."""
    where = {"scope": reading.scope, "ends_at": {"$lt": over_before(reading.window)}}
    async for past in stores.events.pages_until_empty(where, size=_CHUNK):
        await asyncio.gather(*(stores.events.delete(known.id, known.version) for known in past))


async def _expand_series(read: Read, stores: Stores, teller: Teller) -> None:
    reading = read.reading
    async for page in stores.series.pages({"scope": reading.scope}, size=_CHUNK):
        occurrences = await teller.known.occurrences(reading, [series.series_id for series in page])
        families: dict[str, list[Member]] = defaultdict(list)
        living = [series for series in page if series.series_id not in read.dead_series]
        kept = [present_series(without_past(one, reading.window), reading.private) for one in living]
        for series in kept:
            families[series.lineage].append(_unchanged(series, occurrences.get(series.series_id, ())))
        findings = Findings(series=[lean for lean, one in zip(kept, living, strict=True) if lean is not one])
        for members in families.values():
            tell_family(reading, members, read.calendars.provider.occurrence_id, findings)
        await teller.tell(read, findings)


def _unchanged(series: KnownSeries, occurrences: Sequence[KnownEvent]) -> Member:
    return Member(series.series_id, series, series, {event.event_id: event for event in occurrences})
