"""The items that a read of a calendar gives back: live events, series, their exceptions, and what is gone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contracts.calendar_objects import EventSnapshot, Marker


@dataclass(frozen=True)
class Provenance:
    """Where an event comes from, which decides whose it is in a shared calendar (A10). It is never published.

    `people`: the addresses of its creator and its organiser, in this order, as far as they are told. `marker`: our
    mark as it was read. `ical_uid`: the same in every account. `hidden`: this account is shown no more than that
    somebody is busy.
    """

    created: datetime | None = None
    people: tuple[str, ...] = ()
    marker: Marker | None = None
    ical_uid: str | None = None
    hidden: bool = False


UNKNOWN = Provenance()


@dataclass(frozen=True)
class EventRead:
    """A live event that belongs to no series."""

    event: EventSnapshot
    etag: str
    provenance: Provenance = UNKNOWN


@dataclass(frozen=True)
class OccurrenceRead:
    """An occurrence that differs from its series; `event.occurrence` tells its place."""

    event: EventSnapshot
    etag: str
    provenance: Provenance = UNKNOWN


@dataclass(frozen=True)
class OccurrenceCancelled:
    """An occurrence taken out of its series."""

    event_id: str
    series_id: str
    original_start: str
    at: datetime | None = None


@dataclass(frozen=True)
class SeriesRead:
    """A recurring master: `event` is its first occurrence, `recurrence` its RFC 5545 lines (RRULE, RDATE, EXDATE).

    `rule_alone`: its start is an occurrence only where the rule makes it one; else it is one in any case (E3).

    `exceptions` are all of its exceptions, where the provider tells them with the master; None where it tells each by
    a row of its own. Such a provider tells no lineage but the series' own id.
    """

    event: EventSnapshot
    etag: str
    recurrence: tuple[str, ...]
    lineage: str
    exceptions: tuple[OccurrenceRead | OccurrenceCancelled, ...] | None = None
    rule_alone: bool = False
    provenance: Provenance = UNKNOWN


@dataclass(frozen=True)
class EventRemoved:
    """A tombstone: an event or a whole series is really deleted (H2). `at` is the provider's time, where it says."""

    event_id: str
    at: datetime | None = None


@dataclass(frozen=True)
class Unreadable:
    """An item nobody can make sense of: quarantined with its reason, and never in the way of the rest.

    `rule` is the rule of the product by which it is (E3: how it repeats; F6: anything else).
    """

    event_id: str
    reason: str
    rule: Literal["E3", "F6"] = "F6"


Item = EventRead | SeriesRead | OccurrenceRead | OccurrenceCancelled | EventRemoved | Unreadable


@dataclass(frozen=True)
class Page:
    """One page of a read. Only the last has a `cursor`: where the next read goes on."""

    items: tuple[Item, ...]
    cursor: str | None = None


Deviation = OccurrenceRead | OccurrenceCancelled
"""An exception to the rule of its series."""


def snapshot_of(item: Item) -> EventSnapshot | None:
    """Return the live event of an item, None where there is none."""
    return item.event if isinstance(item, EventRead | OccurrenceRead | SeriesRead) else None


def provenance_of(item: Item) -> Provenance:
    """Return where the live event of an item comes from."""
    return item.provenance if isinstance(item, EventRead | OccurrenceRead | SeriesRead) else UNKNOWN


def etag_of(item: Item) -> str | None:
    """Return the etag of a live item."""
    return item.etag if isinstance(item, EventRead | OccurrenceRead | SeriesRead) else None


def lineage_of(item: Item) -> str | None:
    """Return the lineage of a master or an exception; tombstones have none."""
    match item:
        case SeriesRead(lineage=lineage):
            return lineage
        case OccurrenceRead(event=event):
            return event.occurrence.lineage if event.occurrence else None
        case _:
            return None


def deviation_id(item: Deviation) -> str:
    """Return the event id of an exception or a cancelled occurrence."""
    return item.event.event_id if isinstance(item, OccurrenceRead) else item.event_id


def event_id_of(item: Item) -> str:
    """Return the event id of an item; that of a series is its master's."""
    return item.event.event_id if isinstance(item, EventRead | SeriesRead | OccurrenceRead) else item.event_id


def series_id_of(item: Item) -> str | None:
    """Return the series that an item is, or belongs to; None for single events, tombstones and unreadable items."""
    match item:
        case SeriesRead(event=event):
            return event.event_id
        case OccurrenceRead(event=event):
            return event.occurrence.series_id if event.occurrence else None
        case OccurrenceCancelled(series_id=series_id):
            return series_id
        case _:
            return None
