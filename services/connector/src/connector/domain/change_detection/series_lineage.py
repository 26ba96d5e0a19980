"""Lineages that nobody reports (E4): inferred from how a split looks from outside. Pure.

"This and following" ends one series and begins another in its place. Exchange makes unrelated series of it, and so does
a client that splits a series by itself, with any provider. So a new series that begins where a known one has lost its
tail continues it; where the provider reports lineages, only with the same title and organiser.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connector.domain.change_detection.read_context import ReadContext
from connector.domain.change_detection.series_view import expanded
from connector.domain.event.content_hash import with_hash
from connector.domain.provider.items import Item, OccurrenceRead, SeriesRead, lineage_of, series_id_of
from connector.domain.series.recurrence import OccurrenceId, UnexpandableRule
from connector.domain.sync_state.documents import EventState, SeriesState, new_series_state
from connector.domain.sync_state.snapshot import SyncState
from contracts.calendar_objects import EventSnapshot

_WEEK, _HALF_A_DAY = timedelta(weeks=1), timedelta(hours=12)


@dataclass(frozen=True)
class _Cut:
    """A series that has lost its tail: what continues it begins before the second that it lost, or beside any of them.

    The latter where its tail was split off and then cut once more, before either was read.
    """

    lineage: str
    master: SeriesRead
    after: datetime
    lost: Sequence[datetime]

    def continued_by(self, begins: datetime) -> bool:
        """Whether a series that begins then is in the place of the tail."""
        beside = any(abs(begins - one) < _HALF_A_DAY for one in self.lost)
        before = self.lost[1] if len(self.lost) > 1 else self.lost[0] + _WEEK
        return beside or self.after < begins < before


def with_known_lineages(items: Sequence[Item], state: SyncState) -> list[Item]:
    """Return the items in the lineages that their series are stored with: what was inferred is in no read."""
    known = {series_id: series.lineage for series_id, series in state.series.items() if series.lineage}
    return [_of_lineage(item, _known_lineage(item, known)) for item in items]


def _known_lineage(item: Item, known: Mapping[str, str]) -> str | None:
    reported = lineage_of(item)
    return known.get(series_id_of(item) or "") or (known.get(reported, reported) if reported else None)


def with_lineages(
    context: ReadContext, items: Sequence[Item], state: SyncState, occurrence_id: OccurrenceId
) -> Sequence[Item]:
    """Return the items with the lineage of what they continue for every new series that came without one."""
    items = with_known_lineages(items, state)
    new = [item for item in items if isinstance(item, SeriesRead) and begins_lineage(item, state)]
    cuts = list(_cuts(context, items, new, state, occurrence_id)) if new else []
    continued = {item.event.event_id: lineage for item in new if (lineage := _continued(context, item, cuts))}
    return [_of_lineage(item, continued.get(series_id_of(item) or "")) for item in items]


def begins_lineage(item: SeriesRead, state: SyncState) -> bool:
    """Whether a series is new, and its provider does not say that it continues another one."""
    return item.lineage == item.event.event_id and item.event.event_id not in state.series


def is_same_meeting(one: EventSnapshot, other: EventSnapshot) -> bool:
    """Whether two series have the same title and organiser."""
    return one.fields.summary == other.fields.summary and _organizer(one) == _organizer(other)


def _organizer(event: EventSnapshot) -> str | None:
    """Return who organises an event: nobody's address stands for the account's own user."""
    named = (guest.email.casefold() for guest in event.attendees if guest.is_organizer)
    return None if event.is_organizer else next(named, "")


def _reports_no_lineage(item: SeriesRead) -> bool:
    """Whether its provider never reports lineages: so do those that show exceptions inside their master."""
    return item.exceptions is not None


def _continued(context: ReadContext, item: SeriesRead, cuts: Sequence[_Cut]) -> str | None:
    begins = context.window.bounds(item.event.fields.time)[0]
    fitting = [cut for cut in cuts if cut.continued_by(begins)]
    same = [cut for cut in fitting if is_same_meeting(cut.master.event, item.event)]
    best = same or (fitting if _reports_no_lineage(item) else [])
    return best[0].lineage if best else None


def _cuts(
    context: ReadContext,
    items: Sequence[Item],
    new: Sequence[SeriesRead],
    state: SyncState,
    occurrence_id: OccurrenceId,
) -> Iterator[_Cut]:
    """Yield the known series that have lost their tail, as far as one of the new ones may continue it."""
    on_page = {item.event.event_id: item for item in items if isinstance(item, SeriesRead)}
    for series in state.series.values():
        master = on_page.get(series.series_id, series.master)
        if master is None or not any(
            _reports_no_lineage(one) or is_same_meeting(master.event, one.event) for one in new
        ):
            continue
        if cut := _cut(context, series, master, state, occurrence_id):
            yield cut


def _cut(
    context: ReadContext, series: SeriesState, master: SeriesRead, state: SyncState, occurrence_id: OccurrenceId
) -> _Cut | None:
    """Return where a known series ends now, if it went on before."""
    lost = sorted(one.starts_at for one in _lost(context, master, state, occurrence_id))
    kept = [one.starts_at for one in state.occurrences.get(series.series_id, ()) if one.starts_at not in lost]
    last = max(kept, default=None)
    if not lost or (last is not None and last > lost[0]):
        return None
    return _Cut(series.lineage, master, last or lost[0] - _WEEK, lost)


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


def _of_lineage(item: Item, lineage: str | None) -> Item:
    if lineage is None or lineage == lineage_of(item):
        return item
    match item:
        case SeriesRead():
            return replace(item, lineage=lineage)
        case OccurrenceRead(event=event):
            return replace(item, event=with_hash(event.in_lineage(lineage)))
        case _:
            return item
