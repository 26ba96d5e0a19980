"""Lineages of series whose provider tells none (E4): guessed from how a split looks from outside. Pure.

"This and following" ends one series and begins another in its place. So a series that is new, and begins where a known
one of the same read has lost its tail, continues it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connector.domain.change_detection.event_change import ReadContext
from connector.domain.change_detection.series_group import OccurrenceId, expanded
from connector.domain.event.content_hash import with_hash
from connector.domain.provider.items import Item, OccurrenceRead, SeriesRead
from connector.domain.series.recurrence import UnexpandableRule
from connector.domain.sync_state.documents import EventState, SeriesState, new_series_state

_WEEK, _HALF_A_DAY = timedelta(weeks=1), timedelta(hours=12)


@dataclass(frozen=True)
class Known:
    """What is known of the series that were read: themselves and their occurrences, by series id."""

    series: Mapping[str, SeriesState]
    occurrences: Mapping[str, Sequence[EventState]]


@dataclass(frozen=True)
class _Cut:
    """A series that has lost its tail: what continues it begins before the second that it lost, or beside any of them.

    The latter where its tail was split off and then cut once more, before either was read.
    """

    lineage: str
    after: datetime
    lost: Sequence[datetime]

    def continued_by(self, begins: datetime) -> bool:
        """Tell whether a series that begins then is in the place of the tail."""
        beside = any(abs(begins - one) < _HALF_A_DAY for one in self.lost)
        before = self.lost[1] if len(self.lost) > 1 else self.lost[0] + _WEEK
        return beside or self.after < begins < before


def with_lineages(
    reading: ReadContext, items: Sequence[Item], known: Known, occurrence_id: OccurrenceId
) -> Sequence[Item]:
    """Return the items with a lineage for every series that came without."""
    untold = [item for item in items if isinstance(item, SeriesRead) and _is_untold(item)]
    if not untold:
        return items
    cuts = [cut for item in untold if (cut := _cut(reading, item, known, occurrence_id))]
    lineages = {item.event.event_id: _lineage(reading, item, known, cuts) for item in untold}
    return [_of_lineage(item, lineages) for item in items]


def _is_untold(item: SeriesRead) -> bool:
    """Say whether a provider tells no lineages: those that tell exceptions with their master."""
    return item.exceptions is not None and item.lineage == item.event.event_id


def _lineage(reading: ReadContext, item: SeriesRead, known: Known, cuts: Sequence[_Cut]) -> str:
    series_id = item.event.event_id
    if series_id in known.series:
        return known.series[series_id].lineage
    begins = reading.window.bounds(item.event.fields.time)[0]
    continued = (cut.lineage for cut in cuts if cut.continued_by(begins))
    return next(continued, series_id)


def _cut(reading: ReadContext, item: SeriesRead, known: Known, occurrence_id: OccurrenceId) -> _Cut | None:
    """Return where a known series ends now, if it went on before."""
    series = known.series.get(item.event.event_id)
    if series is None:
        return None
    lost = sorted(one.starts_at for one in _lost(reading, item, known, occurrence_id))
    kept = [one.starts_at for one in known.occurrences.get(series.series_id, ()) if one.starts_at not in lost]
    last = max(kept, default=None)
    if not lost or (last is not None and last > lost[0]):
        return None
    return _Cut(series.lineage, last or lost[0] - _WEEK, lost)


def _lost(reading: ReadContext, item: SeriesRead, known: Known, occurrence_id: OccurrenceId) -> Iterator[EventState]:
    series_id = item.event.event_id
    bare = new_series_state(reading.connection_id, reading.calendar_id, series_id).model_copy(update={"master": item})
    try:
        made = expanded(reading, bare, occurrence_id)
    except UnexpandableRule:
        return
    for one in known.occurrences.get(series_id, ()):
        if one.event_id not in made and reading.window.start < one.ends_at and one.starts_at < reading.window.end:
            yield one


def _of_lineage(item: Item, lineages: Mapping[str, str]) -> Item:
    match item:
        case SeriesRead(event=event) if event.event_id in lineages:
            return replace(item, lineage=lineages[event.event_id])
        case OccurrenceRead(event=event) if event.occurrence and event.occurrence.series_id in lineages:
            place = event.occurrence.model_copy(update={"lineage": lineages[event.occurrence.series_id]})
            return replace(item, event=with_hash(event.model_copy(update={"occurrence": place})))
        case _:
            return item
