"""How private events leave the connector (G2): as a busy block titled "Private", whatever they say inside."""

from dataclasses import replace
from typing import Literal

from connector.domain.change_detection.content_hash import with_hash
from connector.domain.change_detection.sync_state import KnownSeries
from connector.domain.provider.port import EventRead, Item, OccurrenceRead, SeriesRead
from contracts.calendar_objects import MASKED_TITLE, EventSnapshot

PrivateMode = Literal["private", "public", "skip"]


def present(event: EventSnapshot, mode: PrivateMode) -> EventSnapshot:
    """Return the event as it may be told to others, with the hash of exactly that.

    Events of CRM origin are not masked: their content came from there.
    """
    return with_hash(_masked(event) if _is_hidden(event, mode) else event)


def present_item(item: Item, mode: PrivateMode) -> Item:
    """Return what was read as it may be kept: of a hidden event no more than is told of it."""
    if isinstance(item, EventRead | SeriesRead | OccurrenceRead) and _is_hidden(item.event, mode):
        return replace(item, event=present(item.event, mode))
    return item


def present_series(series: KnownSeries, mode: PrivateMode) -> KnownSeries:
    """Return a series as it may be kept; the same where nothing of it is to be hidden by now."""
    kept = (series.master, *series.deviations)
    if not any(isinstance(one, SeriesRead | OccurrenceRead) and _is_bare(one.event, mode) for one in kept):
        return series
    master = present_item(series.master, mode) if series.master else None
    deviations = tuple(present_item(one, mode) for one in series.deviations)
    return series.model_copy(update={"master": master, "deviations": deviations})


def _is_bare(event: EventSnapshot, mode: PrivateMode) -> bool:
    return _is_hidden(event, mode) and not event.masked


def _is_hidden(event: EventSnapshot, mode: PrivateMode) -> bool:
    from_crm = event.marker is not None and event.marker.origin == "crm"
    return event.visibility == "private" and mode != "public" and not from_crm


def _masked(event: EventSnapshot) -> EventSnapshot:
    fields = event.fields.model_copy(update={"summary": MASKED_TITLE, "location": "", "description": ""})
    hidden = {"fields": fields, "attendees": (), "conference_url": None, "web_link": None, "masked": True}
    return event.model_copy(update=hidden)
