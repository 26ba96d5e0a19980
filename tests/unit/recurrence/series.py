"""Series to expand, and what comes out of them in few words."""

from datetime import UTC, date, datetime, timedelta

from connector.domain.provider.items import OccurrenceCancelled, OccurrenceRead, SeriesRead
from connector.domain.series.recurrence import expand
from contracts.calendar_objects import EventFields, EventSnapshot, Occurrence
from contracts.times import AllDay, EventTime, Timed

WINDOW = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 15, tzinfo=UTC))


def timed(start: str, minutes: int = 60, zone: str = "Europe/Berlin") -> Timed:
    """Return a span from an RFC 3339 start."""
    begin = datetime.fromisoformat(start).astimezone(UTC)
    return Timed(start=begin, end=begin + timedelta(minutes=minutes), timezone=zone)


def days(start: str, end: str) -> AllDay:
    """Return whole days, the end exclusive."""
    return AllDay(start=date.fromisoformat(start), end=date.fromisoformat(end))


def snapshot(time: EventTime, event_id: str = "series", occurrence: Occurrence | None = None) -> EventSnapshot:
    """Return an event with nothing but a time."""
    return EventSnapshot(
        event_id=event_id,
        calendar_id="calendar",
        hash="",
        fields=EventFields(summary="Stand-up", time=time),
        updated=datetime(2026, 1, 1, tzinfo=UTC),
        occurrence=occurrence,
    )


def series(time: EventTime, *lines: str) -> SeriesRead:
    """Return a master with its recurrence lines."""
    return SeriesRead(snapshot(time), '"1"', lines, "series")


def moved(original_start: str, time: EventTime) -> OccurrenceRead:
    """Return an exception: the occurrence of that place is at another time."""
    place = Occurrence(series_id="series", lineage="series", original_start=original_start)
    return OccurrenceRead(snapshot(time, f"series@{original_start}", place), '"2"')


def cancelled(original_start: str) -> OccurrenceCancelled:
    """Return an occurrence that was taken out."""
    return OccurrenceCancelled(f"series@{original_start}", "series", original_start)


def expanded(
    one: SeriesRead,
    *exceptions: OccurrenceRead | OccurrenceCancelled,
    window: tuple[datetime, datetime] = WINDOW,
) -> tuple[EventSnapshot, ...]:
    """Return the events in the window."""
    result = expand(
        one,
        exceptions,
        window_start=window[0],
        window_end=window[1],
        occurrence_id=lambda series_id, original: f"{series_id}@{original}",
    )
    return result.events


def starts(*events: EventSnapshot) -> list[str]:
    """Return the starts, UTC or dates."""
    return [
        time.start.isoformat() if isinstance(time, AllDay) else f"{time.start:%Y-%m-%dT%H:%MZ}"
        for time in (event.fields.time for event in events)
    ]
