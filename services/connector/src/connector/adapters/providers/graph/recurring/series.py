"""A master with all of its exceptions: what becomes of single occurrences shows there and nowhere else (E3)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from connector.adapters.providers.exchange_store.places import occurrence_id, place_at, place_on
from connector.adapters.providers.exchange_store.recurrence import rule_lines
from connector.adapters.providers.exchange_store.unreadable import UNREADABLE, reason_of, unreadable
from connector.adapters.providers.graph.events.canonical import (
    changed_at,
    original_instant,
    provenance_of,
    read_occurrence,
    snapshot,
)
from connector.adapters.providers.graph.events.marker import read_written_zone
from connector.adapters.providers.graph.events.times import read_zone, recurrence_zone
from connector.adapters.providers.graph.events.versions import version_of
from connector.adapters.providers.graph.ids import day_of
from connector.domain.provider.errors import Missing
from connector.domain.provider.items import (
    EventRemoved,
    Item,
    OccurrenceCancelled,
    OccurrenceRead,
    SeriesRead,
)
from connector.domain.provider.spans import UnreadableTimeError
from contracts.calendar_objects import EventSnapshot, Occurrence
from contracts.times import EventTime

Raw = Mapping[str, Any]
Deviation = OccurrenceRead | OccurrenceCancelled


def is_master(raw: Raw) -> bool:
    """Whether an event repeats."""
    return bool(raw.get("recurrence")) or raw.get("type") == "seriesMaster"


def read_series(raw: Raw, calendar_id: str) -> Item:
    """Return the master with all of its exceptions; Unreadable where its rule or time is."""
    series_id = str(raw.get("id") or "(no id)")
    try:
        if raw.get("isCancelled"):
            return EventRemoved(raw["id"], changed_at(raw))
        return _series(raw, calendar_id)
    except UNREADABLE as error:
        return unreadable(series_id, error)


def _series(raw: Raw, calendar_id: str) -> SeriesRead:
    zone = read_written_zone(raw)
    if not raw.get("isAllDay") and read_zone(raw, zone) is None:
        raise UnreadableTimeError("its time zone is unknown, in which its occurrences repeat")
    event = snapshot(raw, calendar_id, raw["id"])
    lines = recurrence_lines(raw.get("recurrence") or {}, event.fields.time)
    exceptions = (*_changed(raw, event), *_cancelled(raw, event))
    version = str(version_of(raw, zone))
    return SeriesRead(
        event,
        version,
        lines,
        lineage=event.event_id,
        exceptions=exceptions,
        rule_alone=True,
        provenance=provenance_of(raw, event),
    )


def _changed(raw: Raw, master: EventSnapshot) -> Iterator[Deviation]:
    for row in raw.get("exceptionOccurrences") or ():
        place = place_in(master, row, recurrence_zone(raw.get("recurrence") or {}))
        yield read_occurrence(row, master.calendar_id, occurrence_id(place), place, master)


def _cancelled(raw: Raw, master: EventSnapshot) -> Iterator[OccurrenceCancelled]:
    at = changed_at(raw)
    for name in raw.get("cancelledOccurrences") or ():
        if day := day_of(name):
            place = place_on(master, date.fromisoformat(day))
            yield OccurrenceCancelled(occurrence_id(place), place.series_id, place.original_start, at)


def occurrence_of(raw: Raw, series: SeriesRead) -> OccurrenceRead | OccurrenceCancelled:
    """Return an occurrence that was read by itself. Raises Missing where nobody can make sense of it."""
    try:
        place = place_in(series.event, raw)
        return read_occurrence(raw, series.event.calendar_id, occurrence_id(place), place, series.event)
    except UNREADABLE as error:
        raise Missing("unreadable_occurrence", reason_of(error)) from error


def place_in(master: EventSnapshot, row: Raw, zone: str | None = None) -> Occurrence:
    """Return where the rule of its master put an occurrence: its day, at the time of day of the series.

    `zone`: of the recurrence, where that is known.
    """
    if day := day_of(row.get("occurrenceId")):
        return place_on(master, date.fromisoformat(day))
    return place_at(master, original_instant(row), zone)


def recurrence_lines(recurrence: Raw, time_of_first: EventTime) -> tuple[str, ...]:
    """Return the RRULE line of a master. Raises UnreadableRecurrenceError."""
    pattern, span = recurrence.get("pattern") or {}, recurrence.get("range") or {}
    return rule_lines(pattern, span, time_of_first, recurrence_zone(recurrence))
