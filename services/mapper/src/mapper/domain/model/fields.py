"""The mapped fields (F3) in both vocabularies, and how a value of one side reads on the other."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from contracts.activities import ActivityField, ActivitySnapshot, Schedule
from contracts.calendar_objects import EventField, EventFields
from contracts.envelope import Value
from contracts.times import AllDay, EventTime, Timed

DEFAULT_DURATION: Final = timedelta(minutes=30)
"""What a timed activity without a duration takes in the calendar; never written back (F2)."""

SHORTEST_CUT: Final = 1000
"""No provider cuts a text that is shorter than this; a longer one that is the beginning of another may be cut (F6)."""

NO_TITLE: Final = "(no title)"
"""Subject of an activity whose event has no title; never written back (F7)."""


class FieldPair(NamedTuple):
    """One mapped field: its name on the event and on the activity."""

    event: EventField
    activity: ActivityField


PAIRS: Final[tuple[FieldPair, ...]] = (
    FieldPair("summary", "subject"),
    FieldPair("time", "schedule"),
    FieldPair("location", "location"),
    FieldPair("description", "public_description"),
    FieldPair("transparency", "busy"),
)


FieldValue = str | bool | EventTime | Schedule | None
"""The value of a mapped field, on either side."""


class ActivityFields(Value):
    """The mapped content of an activity."""

    subject: str
    schedule: Schedule
    location: str = ""
    public_description: str = ""
    busy: bool = True


def mapped_fields(activity: ActivitySnapshot) -> ActivityFields:
    """Return the mapped content of a whole activity."""
    return ActivityFields(
        subject=activity.subject,
        schedule=activity.schedule,
        location=activity.location,
        public_description=activity.public_description,
        busy=activity.busy,
    )


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


def to_event(field: EventField, activity: ActivityFields) -> FieldValue:
    """Return the activity's value of a field as the event has it; None for the time of an undated activity."""
    match field:
        case "summary":
            return "" if activity.subject == NO_TITLE else activity.subject
        case "time":
            return event_time(activity.schedule)
        case "location":
            return activity.location
        case "description":
            return activity.public_description
        case "transparency":
            return "opaque" if activity.busy else "transparent"


def to_activity(field: ActivityField, event: EventFields, previous: ActivityFields | None, zone: str) -> FieldValue:
    """Return the event's value of a field as the activity has it."""
    match field:
        case "subject":
            return event.summary or NO_TITLE
        case "schedule":
            return schedule_of(event.time, previous.schedule if previous else None, zone)
        case "location":
            return event.location
        case "public_description":
            return event.description
        case "busy":
            return event.transparency == "opaque"


def is_shown_as(value: FieldValue, wanted: FieldValue) -> bool:
    """Tell whether an event's value is what the CRM wants there, as much of it as the provider holds (F6)."""
    if isinstance(value, str) and isinstance(wanted, str) and len(value) >= SHORTEST_CUT:
        return wanted.startswith(value)
    return value == wanted


def event_values(activity: ActivityFields, pairs: Iterable[FieldPair] = PAIRS) -> dict[str, Any]:
    """Return the given fields of an activity in the event's vocabulary."""
    return {pair.event: to_event(pair.event, activity) for pair in pairs}


def activity_values(
    event: EventFields, previous: ActivityFields | None, zone: str, pairs: Iterable[FieldPair] = PAIRS
) -> dict[str, Any]:
    """Return the given fields of an event in the activity's vocabulary."""
    return {pair.activity: to_activity(pair.activity, event, previous, zone) for pair in pairs}
