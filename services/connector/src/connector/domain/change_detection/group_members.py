"""The series groups that a page is about: every series of one lineage, with what the page says of each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connector.domain.change_detection.read_context import ReadContext
from connector.domain.provider.items import (
    EventRead,
    EventRemoved,
    Item,
    OccurrenceCancelled,
    OccurrenceRead,
    SeriesRead,
    lineage_of,
    series_id_of,
)
from connector.domain.sync_state.documents import EventState, SeriesState, new_series_state
from connector.domain.sync_state.snapshot import SyncState


@dataclass(frozen=True)
class GroupMember:
    """One series of a lineage, before and after a page; `after` is None where the whole series is gone.

    `occurrences`: the stored states of its occurrences, by event id. `was_single`: the event that it was before it
    became a series; `became_single`: the event that it is since it is no series any more. `on_page`: the page says
    something about it.
    """

    series_id: str
    before: SeriesState | None
    after: SeriesState | None
    occurrences: Mapping[str, EventState]
    cancelled: Mapping[str, OccurrenceCancelled] = field(default_factory=dict)
    was_single: EventState | None = None
    became_single: EventRead | None = None
    gone_at: datetime | None = None
    on_page: bool = True

    @property
    def is_deleted(self) -> bool:
        """Whether the whole series is gone, and no single event took its place."""
        return self.after is None and self.became_single is None

    @property
    def has_rule(self) -> bool:
        """Whether its master is known, so that its rule says where its occurrences are."""
        return self.after is not None and self.after.master is not None


def groups_of(context: ReadContext, items: Mapping[str, Item], state: SyncState) -> Iterator[list[GroupMember]]:
    """Yield the series that the items (by event id) belong to, each with the others of its lineage."""
    by_series: dict[str, list[Item]] = defaultdict(list)
    for event_id, item in items.items():
        series_id = event_id if event_id in state.series else series_id_of(item)
        if series_id:
            by_series[series_id].append(item)
    lineages = {series_id: _lineage(series_id, by_series[series_id], state) for series_id in by_series}
    for lineage in sorted(set(lineages.values())):
        on_page = {series_id for series_id, of in lineages.items() if of == lineage}
        stored = {one.series_id for one in state.series.values() if one.lineage == lineage}
        yield [_member(context, one, by_series.get(one, []), state) for one in sorted(on_page | stored)]


def unchanged_member(series: SeriesState, occurrences: Sequence[EventState]) -> GroupMember:
    """Return a series of which no page says anything."""
    return GroupMember(series.series_id, series, series, {event.event_id: event for event in occurrences})


def _lineage(series_id: str, items: Iterable[Item], state: SyncState) -> str:
    on_page = next((lineage for item in items if (lineage := lineage_of(item))), None)
    stored = state.series.get(series_id)
    return on_page or (stored.lineage if stored else series_id)


def _member(context: ReadContext, series_id: str, items: Sequence[Item], state: SyncState) -> GroupMember:
    before = state.series.get(series_id)
    known = {event.event_id: event for event in state.occurrences.get(series_id, ())}
    for item in items:
        match item:
            case EventRemoved(event_id=event_id, at=at) if event_id == series_id:
                return GroupMember(series_id, before, None, known, gone_at=at)
            case EventRead():
                return GroupMember(series_id, before, None, known, became_single=item)
            case _:
                pass
    series = before or new_series_state(context.connection_id, context.calendar_id, series_id)
    cancelled = {one.event_id: one for one in items if isinstance(one, OccurrenceCancelled) and one.event_id in known}
    was_single = state.events.get(series_id)  # as a single event its first occurrence had another id
    after = merged(context, series, items) if items else series
    return GroupMember(series_id, before, after, known, cancelled, was_single, on_page=bool(items))


def merged(context: ReadContext, series: SeriesState, items: Sequence[Item]) -> SeriesState:
    """Return the series with what a page says of it.

    A full read shows every exception anew, and so does a provider that shows them inside the master.
    """
    if context.pass_id and series.read_pass != context.pass_id:
        series = series.in_full_read(context.pass_id)
    if any(isinstance(item, SeriesRead) and item.exceptions is not None for item in items):
        series = series.with_deviations(())
    for item in items:
        if isinstance(item, SeriesRead):
            series = series.with_master(item)
        elif isinstance(item, OccurrenceRead | OccurrenceCancelled):
            series = series.with_deviation(item)
        if lineage := lineage_of(item):
            series = series.in_lineage(lineage)
    return series
