"""A master with all of its exceptions: what becomes of single occurrences shows there and nowhere else (E3)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector.adapters.providers.graph.events.canonical import (
    UNREADABLE,
    changed_at,
    original_instant,
    provenance_of,
    read_occurrence,
    reason_of,
    snapshot,
)
from connector.adapters.providers.graph.events.marker import read_written_zone
from connector.adapters.providers.graph.events.times import read_zone, recurrence_zone
from connector.adapters.providers.graph.events.versions import EventVersion
from connector.adapters.providers.graph.ids import day_of
from connector.adapters.providers.graph.recurring.recurrence import UnreadableRecurrenceError, recurrence_lines
from connector.adapters.providers.instances import instance_id
from connector.domain.provider.errors import Missing
from connector.domain.provider.items import (
    EventRemoved,
    Item,
    OccurrenceCancelled,
    OccurrenceRead,
    SeriesRead,
    Unreadable,
)
from connector.domain.provider.spans import UnreadableTimeError
from connector.domain.series.recurrence import original_start
from contracts.calendar_objects import EventSnapshot, Occurrence
from contracts.times import AllDay, EventTime, Timed

Raw = Mapping[str, Any]
Deviation = OccurrenceRead | OccurrenceCancelled
_MIDNIGHT, _HALF_A_DAY = time.min, timedelta(hours=12)


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
    except UnreadableRecurrenceError as error:
        return Unreadable(series_id, reason_of(error), rule="E3")
    except UNREADABLE as error:
        return Unreadable(series_id, reason_of(error))


def _series(raw: Raw, calendar_id: str) -> SeriesRead:
    zone = read_written_zone(raw)
    if not raw.get("isAllDay") and read_zone(raw, zone) is None:
        raise UnreadableTimeError("its time zone is unknown, in which its occurrences repeat")
    event = snapshot(raw, calendar_id, raw["id"])
    lines = recurrence_lines(raw.get("recurrence") or {}, event.fields.time)
    exceptions = (*_changed(raw, event), *_cancelled(raw, event))
    version = str(EventVersion.of(raw, zone))
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
        yield read_occurrence(row, master.calendar_id, _id(place), place, master)


def _cancelled(raw: Raw, master: EventSnapshot) -> Iterator[OccurrenceCancelled]:
    at = changed_at(raw)
    for name in raw.get("cancelledOccurrences") or ():
        if day := day_of(name):
            place = _place(master, date.fromisoformat(day))
            yield OccurrenceCancelled(_id(place), place.series_id, place.original_start, at)


def occurrence_of(raw: Raw, series: SeriesRead) -> OccurrenceRead | OccurrenceCancelled:
    """Return an occurrence that was read by itself. Raises Missing where nobody can make sense of it."""
    try:
        place = place_in(series.event, raw)
        return read_occurrence(raw, series.event.calendar_id, _id(place), place, series.event)
    except UNREADABLE as error:
        raise Missing("unreadable_occurrence", reason_of(error)) from error


def place_in(master: EventSnapshot, row: Raw, zone: str | None = None) -> Occurrence:
    """Return where the rule of its master put an occurrence: its day, at the time of day of the series.

    `zone`: of the recurrence, where that is known.
    """
    if day := day_of(row.get("occurrenceId")):
        return _place(master, date.fromisoformat(day))
    moment, first = original_instant(row), master.fields.time
    if isinstance(first, Timed):
        return _place(master, moment.astimezone(ZoneInfo(first.timezone)).date())
    return _place(master, _whole_day(moment, zone))


def _whole_day(moment: datetime, zone: str | None) -> date:
    """Return the day that begins at a moment.

    `originalStart` is midnight in the zone of the recurrence (microsoft-graph-docs #7163, #2804), while rows that show
    their own start have the bare date. Where the zone is not told, the nearest midnight is meant.
    """
    if moment.time() == _MIDNIGHT:
        return moment.date()
    return (moment.astimezone(ZoneInfo(zone or "UTC")) + _HALF_A_DAY).date()


def _place(master: EventSnapshot, day: date) -> Occurrence:
    start = original_start(_start_on(day, master.fields.time))
    return Occurrence(series_id=master.event_id, lineage=master.event_id, original_start=start)


def _start_on(day: date, time: EventTime) -> datetime | date:
    if isinstance(time, AllDay):
        return day
    zone = ZoneInfo(time.timezone)
    return datetime.combine(day, time.start.astimezone(zone).time(), zone)


def _id(place: Occurrence) -> str:
    return instance_id(place.series_id, place.original_start)
