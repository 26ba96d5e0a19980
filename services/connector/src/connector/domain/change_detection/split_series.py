"""Series whose split a page shows only half of (E4). Pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta

from connector.domain.change_detection.page_items import event_ids_of
from connector.domain.change_detection.series_lineage import begins_lineage, is_same_meeting
from connector.domain.provider.items import Item, SeriesRead
from connector.domain.sync_state.snapshot import SyncState

_ABOUT = timedelta(days=2)


def related_series_to_read(items: Sequence[Item], state: SyncState) -> list[str]:
    """Return the stored series that a new one on this page may have been split from, and that the page does not show.

    The provider, or a client by itself, cuts one series and creates the other in two steps, and a read in between shows
    one of them.
    """
    on_page = event_ids_of(items)
    new = {
        item.lineage: _earliest_start(item)
        for item in items
        if isinstance(item, SeriesRead) and item.event.event_id not in state.series
    }
    of_lineage = {
        one.series_id
        for one in state.series.values()
        if one.master is not None and one.lineage in new and one.series_id not in on_page
        if any(known.ends_at > new[one.lineage] for known in state.occurrences.get(one.series_id, ()))
    }
    return sorted(of_lineage | set(_alike(items, state)) - on_page)


def _alike(items: Sequence[Item], state: SyncState) -> Iterator[str]:
    """Yield the stored series with the title and organiser of a new one that begins about where one of theirs does."""
    new = [item for item in items if isinstance(item, SeriesRead) and begins_lineage(item, state)]
    for series in state.series.values():
        starts = [known.starts_at for known in state.occurrences.get(series.series_id, ())]
        for item in new:
            begins = _earliest_start(item)
            if series.master is None or not is_same_meeting(series.master.event, item.event):
                continue
            if any(abs(start - begins) < _ABOUT for start in starts):
                yield series.series_id


def _earliest_start(series: SeriesRead) -> datetime:
    """Return the earliest instant at which a series may begin: a plain day begins earlier in some zones than in UTC."""
    start = series.event.fields.time.start
    return start if isinstance(start, datetime) else datetime.combine(start, time(), UTC) - timedelta(days=1)
