"""Which items lie ahead (D1, D2): compared with the time of a change, never with the time of its handling."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from contracts.times import AllDay, EventTime


def lies_ahead(when: EventTime, moment: datetime, zone: str) -> bool:
    """Tell whether an item starts at or after `moment`; an all-day one, whether its last day is not over (D1).

    `zone` is the connection's, in which "today" is meant.
    """
    if isinstance(when, AllDay):
        return when.end - timedelta(days=1) >= moment.astimezone(ZoneInfo(zone)).date()
    return when.start >= moment


def latest(*moments: datetime | None) -> datetime:
    """Return the latest of the given moments; there must be one."""
    return max(moment for moment in moments if moment is not None)


def starts(when: EventTime) -> str:
    """Return when an item starts: an RFC 3339 instant in UTC, or a date."""
    if isinstance(when, AllDay):
        return when.start.isoformat()
    return when.start.astimezone(UTC).isoformat().replace("+00:00", "Z")
