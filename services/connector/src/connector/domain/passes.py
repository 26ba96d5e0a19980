"""One page of a read against what is known: what to tell, what to remember, what is gone. Pure: no IO.

Deletions are collected here and told after the last page of the pass, each with their number (H4).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connector.domain.judging import Judged, Reading, judge
from connector.domain.known import KnownEvent, KnownSeries, deviation_id, new_series
from connector.domain.leaving_out import LeftOut, beyond_horizon, none_in_window, unreadable
from connector.domain.provider import (
    EventRead,
    EventRemoved,
    Item,
    OccurrenceCancelled,
    OccurrenceRead,
    SeriesRead,
    Unreadable,
)
from connector.domain.recurrence import UnexpandableRule, expand


@dataclass(frozen=True)
class Deletion:
    """An event that is really gone (H2). `series_id` only where the whole series is: it counts as one (H4)."""

    known: KnownEvent
    at: datetime | None = None
    series_id: str | None = None


@dataclass
class Findings:
    """What one page brought."""

    judged: list[Judged] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    series: list[KnownSeries] = field(default_factory=list)
    dead_series: list[KnownSeries] = field(default_factory=list)

    def take(self, judged: Sequence[Judged]) -> None:
        """Add events; those that are newly known to lie beyond the horizon are left out for now (D5)."""
        self.judged += judged
        beyond = [one for one in judged if one.remember and not one.known.published]
        self.left_out += [beyond_horizon(one.event.event_id) for one in beyond]


@dataclass(frozen=True)
class Memory:
    """What is known of everything a page touches: events by event id, series and their occurrences by series id."""

    events: Mapping[str, KnownEvent]
    series: Mapping[str, KnownSeries]
    occurrences: Mapping[str, Sequence[KnownEvent]]


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


def in_batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in batches of about this size, all of one series in the same."""
    by_series: dict[str, list[Item]] = {}
    for item in items:
        by_series.setdefault(_series_of(item) or _id_of(item), []).append(item)
    batch: list[Item] = []
    for together in by_series.values():
        batch += together
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


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


def find_news(
    reading: Reading, items: Sequence[Item], memory: Memory, occurrence_id: Callable[[str, str], str]
) -> Findings:
    """Judge the items of one page, in their order: where one comes twice, the later counts."""
    findings = Findings()
    latest = {_id_of(item): item for item in items}
    for item in latest.values():
        match item:
            case EventRead(event=event, etag=etag):
                findings.take([judge(reading, event, etag, memory.events.get(event.event_id))])
            case EventRemoved(event_id=event_id, at=at):
                _remove(findings, memory, event_id, at)
            case Unreadable(event_id=event_id, reason=reason):
                findings.left_out.append(unreadable(event_id, "F6", reason))
            case _:
                pass  # the rest is of series: taken together below
    for series_id in sorted(series_touched(tuple(latest.values()))):
        own = [item for item in latest.values() if _series_of(item) == series_id]
        _take_series(reading, series_id, own, memory, occurrence_id, findings)
    return findings


def _remove(findings: Findings, memory: Memory, event_id: str, at: datetime | None) -> None:
    if series := memory.series.get(event_id):
        findings.dead_series.append(series)
        findings.deletions += [Deletion(known, at, event_id) for known in memory.occurrences.get(event_id, ())]
    if known := memory.events.get(event_id):
        findings.deletions.append(Deletion(known, at))


def _take_series(
    reading: Reading,
    series_id: str,
    items: Sequence[Item],
    memory: Memory,
    occurrence_id: Callable[[str, str], str],
    findings: Findings,
) -> None:
    before = memory.series.get(series_id) or new_series(reading.connection_id, reading.calendar_id, series_id)
    series = merged(reading, before, items)
    if series != before:
        findings.series.append(series)
    if single := memory.events.get(series_id):  # it was no series before: its first occurrence has another id now
        findings.deletions.append(Deletion(single))
    known = {event.event_id: event for event in memory.occurrences.get(series_id, ())}
    _cancel(findings, items, known)
    tell_occurrences(reading, series, known, occurrence_id, findings)


def merged(reading: Reading, series: KnownSeries, items: Sequence[Item]) -> KnownSeries:
    """Return the series with what a page says of it. A full read tells all exceptions anew."""
    if reading.pass_id and series.read_pass != reading.pass_id:
        series = series.model_copy(update={"deviations": (), "read_pass": reading.pass_id})
    for item in items:
        if isinstance(item, SeriesRead):
            series = series.model_copy(update={"master": item})
        elif isinstance(item, OccurrenceRead | OccurrenceCancelled):
            series = series.with_deviation(item)
    return series


def _cancel(findings: Findings, items: Sequence[Item], known: dict[str, KnownEvent]) -> None:
    for item in items:
        if isinstance(item, OccurrenceCancelled) and (event := known.pop(item.event_id, None)):
            findings.deletions.append(Deletion(event, item.at))


def tell_occurrences(
    reading: Reading,
    series: KnownSeries,
    known: Mapping[str, KnownEvent],
    occurrence_id: Callable[[str, str], str],
    findings: Findings,
) -> None:
    """Expand a series to the horizon and compare with its known occurrences (E3).

    Those that vanished are gone. Pairing them with new ones by lineage, local date and order (E4) belongs here,
    between the two comparisons.
    """
    exceptions = {deviation_id(item): item for item in series.deviations}
    current = {key: item.etag for key, item in exceptions.items() if isinstance(item, OccurrenceRead)}
    events = {item.event.event_id: item.event for item in exceptions.values() if isinstance(item, OccurrenceRead)}
    if series.master is not None:
        try:
            expansion = expand(
                series.master,
                series.deviations,
                window_start=reading.window.start,
                window_end=reading.window.end,
                occurrence_id=occurrence_id,
            )
        except UnexpandableRule as error:
            findings.left_out.append(unreadable(series.series_id, "E3", error.detail))
            return
        events = {event.event_id: event for event in expansion.events} | events
    judged = [judge(reading, event, current.get(key), known.get(key)) for key, event in events.items()]
    findings.take(judged)
    if series.master is not None:
        if not any(one.known.published for one in judged):
            findings.left_out.append(none_in_window(series.series_id))
        findings.deletions += [Deletion(event) for key, event in known.items() if _vanished(reading, event, events)]


def _vanished(reading: Reading, known: KnownEvent, events: Mapping[str, object]) -> bool:
    inside = known.ends_at > reading.window.start and known.starts_at < reading.window.end
    return inside and known.event_id not in events
