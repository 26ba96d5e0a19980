"""When an item takes place, in both vocabularies: an activity's schedule and an event's time (F2, J2)."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

from contracts.activities import Schedule
from contracts.times import AllDay, EventTime, Timed

DEFAULT_DURATION: Final = timedelta(minutes=30)
"""What a timed activity without a duration takes in the calendar; never written back (F2)."""


def event_time(schedule: Schedule) -> EventTime | None:
    """Return when a schedule's event takes place (F2); None for an undated one (D4)."""
    if schedule.due_date is None:
        return None
    if schedule.due_time is None:
        days = max(1, _span(schedule.duration) // timedelta(days=1))
        return AllDay(start=schedule.due_date, end=schedule.due_date + timedelta(days=days))
    start = datetime.combine(schedule.due_date, time.fromisoformat(schedule.due_time), tzinfo=UTC)
    span = _span(schedule.duration) or DEFAULT_DURATION
    return Timed(start=start, end=start + span, timezone=schedule.timezone)


def schedule_of(when: EventTime, previous: Schedule | None, zone: str) -> Schedule:
    """Return the schedule of an event's time.

    A duration that the CRM never set stays unset while the default still holds (F2). `zone` is the connection's,
    for all-day events, which have none of their own.
    """
    if isinstance(when, AllDay):
        return Schedule(
            due_date=when.start,
            duration=_duration(when.end - when.start, previous, timedelta(days=1)),
            timezone=previous.timezone if previous else zone,
        )
    start = when.start.astimezone(UTC)
    return Schedule(
        due_date=start.date(),
        due_time=start.strftime("%H:%M"),
        duration=_duration(when.end - when.start, previous, DEFAULT_DURATION),
        timezone=when.timezone,
    )


def _span(duration: str | None) -> timedelta:
    if duration is None:
        return timedelta()
    hours, minutes = duration.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _duration(span: timedelta, previous: Schedule | None, default: timedelta) -> str | None:
    if previous is not None and not _span(previous.duration) and span == default:
        return previous.duration
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
