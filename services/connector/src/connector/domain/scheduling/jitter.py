"""Jitter: work that would be due for all at once (after an outage, a mass connect, a restart) is spread in time.

Rules draw no random numbers: each connection's place comes from its id, so that a time is the same whoever reckons it.
Spans are whole milliseconds, which is what the database keeps.
"""

from datetime import UTC, datetime, timedelta
from zlib import crc32

_DAY = timedelta(days=1)
_MILLISECOND = timedelta(milliseconds=1)
_MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)


def offset_within(span: timedelta, key: str) -> timedelta:
    """Return from nothing to all of a span: the same for the same key, and even over many keys."""
    return (span // _MILLISECOND * crc32(key.encode()) >> 32) * _MILLISECOND


def jittered(span: timedelta, key: str) -> timedelta:
    """Return the span, a quarter shorter up to a quarter longer."""
    return span * 3 // 4 + offset_within(span / 2, key)


def next_daily(after: datetime, key: str) -> datetime:
    """Return the next moment after `after` at the key's own time of day (UTC)."""
    own = _MIDNIGHT + offset_within(_DAY, key)
    return own + ((after - own) // _DAY + 1) * _DAY
