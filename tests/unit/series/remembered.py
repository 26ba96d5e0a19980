"""A calendar with series as the connector remembers it: each read is change against what the reads before left."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connector.adapters.providers.google.ids import instance_id, lineage
from connector.domain.change_detection.changes import PageChanges
from connector.domain.change_detection.page_changes import detect_changes
from connector.domain.change_detection.split_series import related_series_to_read
from connector.domain.event.content_hash import with_hash
from connector.domain.provider.items import EventRead, Item, OccurrenceCancelled, OccurrenceRead, SeriesRead
from connector.domain.sync_state.documents import EventState, SeriesState
from connector.domain.sync_state.snapshot import SyncState
from contracts.calendar_objects import EventFields, EventSnapshot, Occurrence
from contracts.times import AllDay, EventTime, Timed
from tests.unit.connector.support import reading

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""The present moment of these tests is that Monday, at nine."""


def at(day: int, hour: int = 12, *, month: int = 3, zone: str = "Europe/Berlin") -> Timed:
    """Return an hour of a day in March 2026, in UTC."""
    start = datetime(2026, month, day, hour, tzinfo=UTC)
    return Timed(start=start, end=start + timedelta(hours=1), timezone=zone)


def snapshot(event_id: str, time: EventTime, summary: str = "Stand-up", place: Occurrence | None = None) -> Any:
    """Return an event."""
    fields = EventFields(summary=summary, time=time)
    updated = datetime(2026, 3, 1, tzinfo=UTC)
    return with_hash(
        EventSnapshot(event_id=event_id, calendar_id="cal", hash="", fields=fields, updated=updated, occurrence=place)
    )


def single(event_id: str, time: EventTime, summary: str = "Stand-up") -> EventRead:
    """Return an event of no series."""
    return EventRead(snapshot(event_id, time, summary), '"1"')


def series(event_id: str, time: EventTime, *lines: str, summary: str = "Stand-up") -> SeriesRead:
    """Return a master."""
    return SeriesRead(snapshot(event_id, time, summary), '"1"', lines, lineage(event_id))


def exception(series_id: str, original: str, time: EventTime, summary: str = "Stand-up") -> OccurrenceRead:
    """Return a changed occurrence."""
    place = Occurrence(series_id=series_id, lineage=lineage(series_id), original_start=original)
    return OccurrenceRead(snapshot(instance_id(series_id, original), time, summary, place), '"2"')


def cancelled(series_id: str, original: str) -> OccurrenceCancelled:
    """Return a cancelled occurrence."""
    return OccurrenceCancelled(instance_id(series_id, original), series_id, original, datetime(2026, 3, 1, tzinfo=UTC))


@dataclass
class Remembered:
    """What is known after some reads; `activities` plays the mapper: which activity holds which event."""

    events: dict[str, EventState] = field(default_factory=dict)
    series: dict[str, SeriesState] = field(default_factory=dict)
    activities: dict[str, str] = field(default_factory=dict)

    def read(self, *items: Item, **about: Any) -> PageChanges:
        """Judge a page against all that is known, and remember what it brought."""
        changes = detect_changes(reading(**about), items, self.memory(), instance_id)
        self._remember(changes)
        return changes

    def memory(self) -> SyncState:
        """Return what is known."""
        known = self.events.values()
        ids = {one.series_id for one in known if one.series_id}
        by_series = {one: [event for event in known if event.series_id == one] for one in ids}
        plain = {key: event for key, event in self.events.items() if event.series_id is None}
        return SyncState(events=plain, series=dict(self.series), occurrences=by_series)

    def to_ask(self, *items: Item) -> list[str]:
        """Return the series that a page makes worth asking for."""
        return related_series_to_read(items, self.memory())

    def days(self, activity: str) -> str:
        """Return when the event of an activity begins."""
        return self.events[self.activities[activity]].starts_at.isoformat()[:16]

    def _remember(self, changes: PageChanges) -> None:
        holder = {event_id: activity for activity, event_id in self.activities.items()}
        for one in changes.events:
            self.events[one.state.event_id] = one.state
            if one.publish:
                activity = holder.get(one.replaces or "") or holder.get(one.event.event_id) or one.event.event_id
                self.activities[activity] = one.event.event_id
        for gone in (*changes.replaced, *(one.state for one in changes.deletions)):
            self.events.pop(gone.event_id, None)
        for deletion in changes.deletions:
            lost = [key for key, held in self.activities.items() if held == deletion.state.event_id]
            for key in lost:
                del self.activities[key]
        self.series |= {one.series_id: one for one in changes.series}
        for dead in changes.deleted_series:
            self.series.pop(dead.series_id, None)


def remembering(*items: Item, **about: Any) -> Remembered:
    """Return what is known after a first read."""
    known = Remembered()
    known.read(*items, **about)
    return known


def pairs(changes: PageChanges) -> dict[str, str]:
    """Return new ids with the old ones that they replace."""
    return {one.event.event_id: one.replaces for one in changes.events if one.replaces}


def told(changes: PageChanges) -> set[str]:
    """Return the ids of the events that are told."""
    return {one.event.event_id for one in changes.events if one.publish}


def gone(changes: PageChanges) -> set[str]:
    """Return the ids of the events that are gone."""
    return {one.state.event_id for one in changes.deletions}


def days(start: str, end: str) -> AllDay:
    """Return whole days, the end exclusive."""
    return AllDay(start=date.fromisoformat(start), end=date.fromisoformat(end))


def ids(series_id: str, places: Iterable[str]) -> set[str]:
    """Return the ids of occurrences."""
    return {instance_id(series_id, place) for place in places}
