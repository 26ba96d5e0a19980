"""A master with all of its exceptions: what becomes of single occurrences shows there and nowhere else (E3)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.adapters.providers.ews.events.canonical import (
    changed_at,
    item_id,
    provenance_of,
    read_occurrence,
    snapshot,
    version_of,
)
from connector.adapters.providers.ews.events.marker import read_written_zone
from connector.adapters.providers.ews.events.times import own_zone, read_zone
from connector.adapters.providers.ews.recurring.recurrence import recurrence_lines
from connector.adapters.providers.ews.xml import Element, child, children, flag_at, instant_at, text_at
from connector.adapters.providers.exchange_store.places import occurrence_id, place_at
from connector.adapters.providers.exchange_store.unreadable import UNREADABLE, reason_of, unreadable
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

Deviation = OccurrenceRead | OccurrenceCancelled
_OLD = timedelta(days=60)
"""What was moved from one day in the past to another as long ago as that changes nothing that anybody sees."""


@dataclass(frozen=True)
class ModifiedOccurrence:
    """What a master tells of an occurrence that differs: Exchange's id of it, and where the rule put it."""

    item_id: str
    original_start: datetime


def is_master(raw: Element) -> bool:
    """Whether an event repeats."""
    return child(raw, "t:Recurrence") is not None or text_at(raw, "t:CalendarItemType") == "RecurringMaster"


def is_of_series(raw: Element) -> bool:
    """Whether an item is one occurrence of a series."""
    return text_at(raw, "t:CalendarItemType") in {"Occurrence", "Exception"}


def modified_occurrences(raw: Element, now: datetime) -> list[ModifiedOccurrence]:
    """Return the occurrences of a master that differ and are not long over; their content is read by their ids.

    Raises what `UNREADABLE` names: without one of them the series would show what is not there.
    """
    rows = children(raw, "t:ModifiedOccurrences/t:Occurrence")
    return [_modified(row) for row in rows if not _is_long_over(row, now)]


def _modified(row: Element) -> ModifiedOccurrence:
    original = instant_at(row, "t:OriginalStart")
    if original is None or not item_id(row):
        raise UnreadableTimeError("a changed occurrence without its place")
    return ModifiedOccurrence(item_id(row), original)


def _is_long_over(row: Element, now: datetime) -> bool:
    known = [one for path in ("t:OriginalStart", "t:End") if (one := instant_at(row, path))]
    return bool(known) and max(known) < now - _OLD


def read_series(raw: Element, calendar_id: str, modified: Mapping[ModifiedOccurrence, Element | None]) -> Item:
    """Return the master with all of its exceptions; Unreadable where its rule, its time or one of them is.

    `modified`: the occurrences that differ, as they were read; None where there is none any more.
    """
    try:
        if flag_at(raw, "t:IsCancelled"):
            return EventRemoved(item_id(raw), changed_at(raw))
        return _series(raw, calendar_id, modified)
    except UNREADABLE as error:
        return unreadable(item_id(raw) or "(no id)", error)


def _series(raw: Element, calendar_id: str, modified: Mapping[ModifiedOccurrence, Element | None]) -> SeriesRead:
    if not flag_at(raw, "t:IsAllDayEvent") and read_zone(raw, read_written_zone(raw)) is None:
        raise UnreadableTimeError("its time zone is unknown, in which its occurrences repeat")
    event = snapshot(raw, calendar_id, item_id(raw))
    lines = recurrence_lines(raw, event.fields.time)
    exceptions = (*_changed(raw, event, modified), *_cancelled(raw, event))
    return SeriesRead(
        event,
        str(version_of(raw)),
        lines,
        lineage=event.event_id,
        exceptions=exceptions,
        rule_alone=True,
        provenance=provenance_of(raw, event),
    )


def _changed(
    raw: Element, master: EventSnapshot, modified: Mapping[ModifiedOccurrence, Element | None]
) -> Iterator[Deviation]:
    for one, found in modified.items():
        place = place_at(master, one.original_start, own_zone(raw))
        if found is None:
            yield _gone(place, changed_at(raw))
        else:
            yield read_occurrence(found, occurrence_id(place), place, master)


def _cancelled(raw: Element, master: EventSnapshot) -> Iterator[OccurrenceCancelled]:
    for row in children(raw, "t:DeletedOccurrences/t:DeletedOccurrence"):
        if start := instant_at(row, "t:Start"):
            yield _gone(place_at(master, start, own_zone(raw)), changed_at(raw))


def _gone(place: Occurrence, at: datetime | None) -> OccurrenceCancelled:
    return OccurrenceCancelled(occurrence_id(place), place.series_id, place.original_start, at)


def occurrence_of(raw: Element, series: SeriesRead) -> Deviation:
    """Return an occurrence that was read by itself, and stands where the rule put it. Raises Missing otherwise."""
    try:
        start = instant_at(raw, "t:Start")
        if start is None:
            raise UnreadableTimeError("an event without a start")
        place = place_at(series.event, start, own_zone(raw))
        return read_occurrence(raw, occurrence_id(place), place, series.event)
    except UNREADABLE as error:
        raise Missing("unreadable_occurrence", reason_of(error)) from error
