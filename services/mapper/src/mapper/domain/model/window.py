"""Which items lie ahead (D1), and which are over (D2): by the time of a change, never by that of its handling."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contracts.times import AllDay, EventTime


def lies_ahead(when: EventTime, moment: datetime, zone: str) -> bool:
    """Tell whether an item starts at or after `moment`; an all-day one, whether its last day is not over (D1).

    `zone` is the connection's, in which "today" is meant.
    """
    if isinstance(when, AllDay):
        return when.end - timedelta(days=1) >= moment.astimezone(ZoneInfo(zone)).date()
    return when.start >= moment


def has_ended(when: EventTime, moment: datetime, zone: str) -> bool:
    """Tell whether an item is over at `moment`: its end has come, or its last day has passed (D2).

    What lies ahead (D1) is never over, so an item without length is only once its start has passed.
    """
    return not lies_ahead(when, moment, zone) and end_of(when, zone) <= moment


def end_of(when: EventTime, zone: str) -> datetime:
    """Return the instant at which an item ends; days end at midnight in `zone`, the connection's (D6)."""
    if isinstance(when, AllDay):
        return datetime.combine(when.end, time(), ZoneInfo(zone))
    return when.end


def latest(*moments: datetime | None) -> datetime:
    """Return the latest of the given moments; there must be one."""
    return max(moment for moment in moments if moment is not None)


def starts(when: EventTime) -> str:
    """Return when an item starts: an RFC 3339 instant in UTC, or a date."""
    if isinstance(when, AllDay):
        return when.start.isoformat()
    return when.start.astimezone(UTC).isoformat().replace("+00:00", "Z")


def ends(when: EventTime, zone: str) -> str:
    """Return when an item ends, as its user reads it: the last day, or date and time in `zone`, the connection's."""
    if isinstance(when, AllDay):
        return (when.end - timedelta(days=1)).isoformat()
    return f"{when.end.astimezone(ZoneInfo(zone)):%Y-%m-%d at %H:%M} ({zone})"
