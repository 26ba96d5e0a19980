"""Lineages of series whose provider reports none (E4): inferred from how a split looks from outside. Pure.

"This and following" ends one series and begins another in its place. So a series that is new, and begins where a known
one of the same read has lost its tail, continues it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connector.domain.change_detection.read_context import ReadContext
from connector.domain.change_detection.series_view import expanded
from connector.domain.event.content_hash import with_hash
from connector.domain.provider.items import Item, OccurrenceRead, SeriesRead
from connector.domain.series.recurrence import OccurrenceId, UnexpandableRule
from connector.domain.sync_state.documents import EventState, new_series_state
from connector.domain.sync_state.snapshot import SyncState

_WEEK, _HALF_A_DAY = timedelta(weeks=1), timedelta(hours=12)


@dataclass(frozen=True)
class _Cut:
    """A series that has lost its tail: what continues it begins before the second that it lost, or beside any of them.

    The latter where its tail was split off and then cut once more, before either was read.
    """

    lineage: str
    after: datetime
    lost: Sequence[datetime]

    def continued_by(self, begins: datetime) -> bool:
        """Whether a series that begins then is in the place of the tail."""
        beside = any(abs(begins - one) < _HALF_A_DAY for one in self.lost)
        before = self.lost[1] if len(self.lost) > 1 else self.lost[0] + _WEEK
        return beside or self.after < begins < before


def with_lineages(
    context: ReadContext, items: Sequence[Item], state: SyncState, occurrence_id: OccurrenceId
) -> Sequence[Item]:
    """Return the items with a lineage for every series that came without."""
    without_lineage = [item for item in items if isinstance(item, SeriesRead) and _has_no_lineage(item)]
    if not without_lineage:
        return items
    cuts = [cut for item in without_lineage if (cut := _cut(context, item, state, occurrence_id))]
    lineages = {item.event.event_id: _lineage(context, item, state, cuts) for item in without_lineage}
    return [_of_lineage(item, lineages) for item in items]


def _has_no_lineage(item: SeriesRead) -> bool:
    """Whether its provider reports no lineages: so do those that show exceptions inside their master."""
    return item.exceptions is not None and item.lineage == item.event.event_id


def _lineage(context: ReadContext, item: SeriesRead, state: SyncState, cuts: Sequence[_Cut]) -> str:
    series_id = item.event.event_id
    if series_id in state.series:
        return state.series[series_id].lineage
    begins = context.window.bounds(item.event.fields.time)[0]
    continued = (cut.lineage for cut in cuts if cut.continued_by(begins))
    return next(continued, series_id)


def _cut(context: ReadContext, item: SeriesRead, state: SyncState, occurrence_id: OccurrenceId) -> _Cut | None:
    """Return where a known series ends now, if it went on before."""
    series = state.series.get(item.event.event_id)
    if series is None:
        return None
    lost = sorted(one.starts_at for one in _lost(context, item, state, occurrence_id))
    kept = [one.starts_at for one in state.occurrences.get(series.series_id, ()) if one.starts_at not in lost]
    last = max(kept, default=None)
    if not lost or (last is not None and last > lost[0]):
        return None
    return _Cut(series.lineage, last or lost[0] - _WEEK, lost)


def _lost(
    context: ReadContext, item: SeriesRead, state: SyncState, occurrence_id: OccurrenceId
) -> Iterator[EventState]:
    series_id = item.event.event_id
    bare = new_series_state(context.connection_id, context.calendar_id, series_id).with_master(item)
    try:
        made = expanded(context, bare, occurrence_id)
    except UnexpandableRule:
        return
    for one in state.occurrences.get(series_id, ()):
        if one.event_id not in made and context.window.start < one.ends_at and one.starts_at < context.window.end:
            yield one


def _of_lineage(item: Item, lineages: Mapping[str, str]) -> Item:
    match item:
        case SeriesRead(event=event) if event.event_id in lineages:
            return replace(item, lineage=lineages[event.event_id])
        case OccurrenceRead(event=event) if event.occurrence and event.occurrence.series_id in lineages:
            return replace(item, event=with_hash(event.in_lineage(lineages[event.occurrence.series_id])))
        case _:
            return item
