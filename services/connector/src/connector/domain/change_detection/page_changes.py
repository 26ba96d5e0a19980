"""One page of a read against what is known: what to tell, what to remember, what is gone. Pure: no IO.

Deletions are collected here and told after the last page of the pass, each with their number (H4).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from connector.domain.change_detection.changes import Deletion, PageChanges
from connector.domain.change_detection.event_change import ReadContext, detect_change
from connector.domain.change_detection.series_group import GroupMember, OccurrenceId, detect_group_changes
from connector.domain.change_detection.series_lineage import Known, with_lineages
from connector.domain.change_detection.skipped_events import unreadable
from connector.domain.provider.items import (
    EventRead,
    EventRemoved,
    Item,
    OccurrenceCancelled,
    OccurrenceRead,
    SeriesRead,
    Unreadable,
    lineage_of,
)
from connector.domain.sync_state.documents import EventState, SeriesState, new_series_state


@dataclass(frozen=True)
class SyncState:
    """What is known of everything a page touches: events by event id, series and their occurrences by series id."""

    events: Mapping[str, EventState]
    series: Mapping[str, SeriesState]
    occurrences: Mapping[str, Sequence[EventState]]


def series_touched(items: Sequence[Item]) -> set[str]:
    """Return the series that a page says something about."""
    return {series for item in items if (series := _series_of(item))}


def waits_for_last_page(item: Item) -> bool:
    """Tell whether a page is too early for an item: exceptions come in any order, also pages after their series.

    A series told before them would bring back, for a moment, what was cancelled or moved. Deletions are
    told last anyway.
    """
    return isinstance(item, SeriesRead | OccurrenceRead | OccurrenceCancelled | EventRemoved)


def without(items: Iterable[Item], event_ids: Collection[str]) -> list[Item]:
    """Return the items that are not of these events."""
    return [item for item in items if _id_of(item) not in event_ids]


def in_batches(items: Sequence[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in batches of about this size, all of one lineage in the same."""
    lineages = {series: lineage for item in items if (series := _series_of(item)) and (lineage := lineage_of(item))}
    together: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        one = _series_of(item) or _id_of(item)
        together[lineages.get(one, one)].append(item)
    batch: list[Item] = []
    for family in together.values():
        batch += family
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def unfolded(items: Iterable[Item]) -> list[Item]:
    """Return the items with those exceptions as items of their own that came with their master."""
    flat: list[Item] = []
    for item in items:
        if isinstance(item, SeriesRead) and item.exceptions:
            flat += [replace(item, exceptions=()), *item.exceptions]
        else:
            flat.append(item)
    return flat


def ids_on(items: Sequence[Item]) -> set[str]:
    """Return the event ids on a page, those of series and tombstones included."""
    return {_id_of(item) for item in items}


def _series_of(item: Item) -> str | None:
    match item:
        case SeriesRead(event=event):
            return event.event_id
        case OccurrenceRead(event=event):
            return event.occurrence.series_id if event.occurrence else None
        case OccurrenceCancelled(series_id=series_id):
            return series_id
        case _:
            return None


def _id_of(item: Item) -> str:
    return item.event.event_id if isinstance(item, EventRead | SeriesRead | OccurrenceRead) else item.event_id


def detect_changes(
    reading: ReadContext, items: Sequence[Item], memory: SyncState, occurrence_id: OccurrenceId
) -> PageChanges:
    """Judge the items of one page, in their order: where one comes twice, the later counts."""
    findings = PageChanges()
    items = with_lineages(reading, items, Known(memory.series, memory.occurrences), occurrence_id)
    latest = {_id_of(item): item for item in items}
    for item in latest.values():
        match item:
            case EventRead(event=event, etag=etag) if event.event_id not in memory.series:
                findings.take([detect_change(reading, event, etag, memory.events.get(event.event_id))])
            case EventRemoved(event_id=event_id, at=at):
                if known := memory.events.get(event_id):
                    findings.deletions.append(Deletion(known, at))
                findings.unplaced |= event_id not in memory.events and event_id not in memory.series
            case Unreadable(event_id=event_id, reason=reason):
                findings.skipped.append(unreadable(event_id, "F6", reason))
            case _:
                pass  # the rest is of series: taken together below
    for members in _families(reading, latest, memory):
        _note_series(members, findings)
        detect_group_changes(reading, members, occurrence_id, findings)
    return findings


def _note_series(members: Sequence[GroupMember], findings: PageChanges) -> None:
    for one in members:
        if one.after is None and one.before is not None:
            findings.dead_series.append(one.before)
        elif one.after is not None and one.after != one.before:
            findings.series.append(one.after)


def _families(reading: ReadContext, items: Mapping[str, Item], memory: SyncState) -> Iterator[list[GroupMember]]:
    """Yield the series that the items touch, with the others of their lineage."""
    own: dict[str, list[Item]] = defaultdict(list)
    for event_id, item in items.items():
        series_id = event_id if event_id in memory.series else _series_of(item)
        if series_id:
            own[series_id].append(item)
    lineages = {series_id: _lineage(series_id, own[series_id], memory) for series_id in own}
    for lineage in sorted(set(lineages.values())):
        family = [series_id for series_id, of in lineages.items() if of == lineage]
        beside = [one.series_id for one in memory.series.values() if one.lineage == lineage]
        yield [_member(reading, one, own.get(one, []), memory) for one in sorted({*family, *beside})]


def _lineage(series_id: str, items: Iterable[Item], memory: SyncState) -> str:
    told = next((lineage for item in items if (lineage := lineage_of(item))), None)
    known = memory.series.get(series_id)
    return told or (known.lineage if known else series_id)


def _member(reading: ReadContext, series_id: str, items: Sequence[Item], memory: SyncState) -> GroupMember:
    before = memory.series.get(series_id)
    known = {event.event_id: event for event in memory.occurrences.get(series_id, ())}
    for item in items:
        match item:
            case EventRemoved(event_id=event_id, at=at) if event_id == series_id:
                return GroupMember(series_id, before, None, known, gone_at=at)
            case EventRead():
                return GroupMember(series_id, before, None, known, turned=item)
            case _:
                pass
    series = before or new_series_state(reading.connection_id, reading.calendar_id, series_id)
    cancelled = {one.event_id: one for one in items if isinstance(one, OccurrenceCancelled) and one.event_id in known}
    single = memory.events.get(series_id)  # it was no series before: its first occurrence has another id now
    after = merged(reading, series, items) if items else series
    return GroupMember(series_id, before, after, known, cancelled, single, touched=bool(items))


def merged(reading: ReadContext, series: SeriesState, items: Sequence[Item]) -> SeriesState:
    """Return the series with what a page says of it. A full read tells all exceptions anew, and so may the master."""
    if reading.pass_id and series.read_pass != reading.pass_id:
        series = series.model_copy(update={"deviations": (), "read_pass": reading.pass_id})
    if any(isinstance(item, SeriesRead) and item.exceptions is not None for item in items):
        series = series.model_copy(update={"deviations": ()})
    for item in items:
        if isinstance(item, SeriesRead):
            series = series.model_copy(update={"master": item})
        elif isinstance(item, OccurrenceRead | OccurrenceCancelled):
            series = series.with_deviation(item)
        if lineage := lineage_of(item):
            series = series.model_copy(update={"lineage": lineage})
    return series


def related_series_to_read(items: Sequence[Item], memory: SyncState) -> list[str]:
    """Return the known series that a new one on this page was split from, and that are not on the page themselves.

    The provider cuts one and creates the other in two steps: a read in between shows the half of it (E4).
    """
    told = ids_on(items)
    new = {
        item.lineage: _start_of(item)
        for item in items
        if isinstance(item, SeriesRead) and item.event.event_id not in memory.series
    }
    return sorted(
        one.series_id
        for one in memory.series.values()
        if one.master is not None and one.lineage in new and one.series_id not in told
        if any(known.ends_at > new[one.lineage] for known in memory.occurrences.get(one.series_id, ()))
    )


def _start_of(series: SeriesRead) -> datetime:
    """Return about when a series begins: plain days a day early, whatever the zone."""
    start = series.event.fields.time.start
    return start if isinstance(start, datetime) else datetime.combine(start, time(), UTC) - timedelta(days=1)
