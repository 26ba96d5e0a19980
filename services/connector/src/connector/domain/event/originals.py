"""A copy of an event of CRM origin carries our marker, and is not of CRM origin itself (G2, K3). Pure.

Only where an event is private does it make a difference: the original's content came from the CRM, a copy's did not.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from connector.domain.event.content_hash import with_hash
from connector.domain.provider.items import Deviation, EventRead, Item, OccurrenceRead, SeriesRead
from contracts.calendar_objects import EventSnapshot, Marker


def claims(items: Iterable[Item]) -> dict[str, Marker]:
    """Return the markers of those private events that call themselves of CRM origin, by event or series id."""
    return {_home(event): event.marker for event in _events(items) if event.marker and _claims(event)}


def without_claims(items: Sequence[Item], originals: Collection[str]) -> list[Item]:
    """Return the items, with the private copies as what they are: events of calendar origin."""
    return [_settled(item, originals) for item in items]


def _events(items: Iterable[Item]) -> Iterator[EventSnapshot]:
    for item in items:
        if isinstance(item, EventRead | OccurrenceRead | SeriesRead):
            yield item.event
        if isinstance(item, SeriesRead):
            yield from _events(item.exceptions or ())


def _settled(item: Item, originals: Collection[str]) -> Item:
    if isinstance(item, SeriesRead):
        exceptions = item.exceptions and tuple(_settled_exception(one, originals) for one in item.exceptions)
        return replace(item, event=_settled_event(item.event, originals), exceptions=exceptions)
    if isinstance(item, EventRead):
        return replace(item, event=_settled_event(item.event, originals))
    return _settled_exception(item, originals) if isinstance(item, OccurrenceRead) else item


def _settled_exception(item: Deviation, originals: Collection[str]) -> Deviation:
    return replace(item, event=_settled_event(item.event, originals)) if isinstance(item, OccurrenceRead) else item


def _settled_event(event: EventSnapshot, originals: Collection[str]) -> EventSnapshot:
    if event.marker is None or not _claims(event) or _home(event) in originals:
        return event
    return with_hash(event.marked(event.marker.of_calendar_origin()))


def _claims(event: EventSnapshot) -> bool:
    return event.visibility == "private" and event.marker is not None and event.marker.origin == "crm"


def _home(event: EventSnapshot) -> str:
    return event.occurrence.series_id if event.occurrence else event.event_id
