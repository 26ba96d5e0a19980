"""Redaction of private events (G2): they leave the connector as a busy block titled "Private"."""

from dataclasses import replace
from typing import Literal, TypeVar

from connector.domain.event.content_hash import with_hash
from connector.domain.provider.items import EventRead, Item, OccurrenceRead, SeriesRead
from contracts.calendar_objects import EventSnapshot

PrivateMode = Literal["private", "public", "skip"]
ItemT = TypeVar("ItemT", bound=Item)


def redacted(event: EventSnapshot, mode: PrivateMode) -> EventSnapshot:
    """Return the event as it may be published, with the hash of exactly that content."""
    return with_hash(event.redacted() if is_hidden(event, mode) else event)


def redacted_item(item: ItemT, mode: PrivateMode) -> ItemT:
    """Return an item as it may be stored: of a hidden event no more than is published."""
    if isinstance(item, EventRead | SeriesRead | OccurrenceRead) and is_hidden(item.event, mode):
        return replace(item, event=redacted(item.event, mode))
    return item


def is_hidden(event: EventSnapshot, mode: PrivateMode) -> bool:
    """Whether the content of an event is redacted; that of an event of CRM origin is not, since it came from there."""
    from_crm = event.marker is not None and event.marker.origin == "crm"
    return event.visibility == "private" and mode != "public" and not from_crm
