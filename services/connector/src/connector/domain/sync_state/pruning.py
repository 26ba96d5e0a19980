"""What is over for good need not be remembered: known events and exceptions that ended well before the window. Pure.

Forgetting loses nothing. A full read does not show them, and nobody asks for them by their ids (H2). Whoever moves
one into the future makes it news under its old id, so its link is found again; a write reads it anew.
"""

from datetime import UTC, date, datetime, time, timedelta

from connector.domain.event.window import Window
from connector.domain.provider.items import Deviation, OccurrenceRead
from connector.domain.sync_state.documents import SeriesState

KEPT = timedelta(days=7)
"""More than a change of the connection's zone can take the window back."""
_DAY = timedelta(days=1)


def over_before(window: Window) -> datetime:
    """Return the moment: what ended before it may be forgotten."""
    return window.start - KEPT


def without_past(series: SeriesState, window: Window) -> SeriesState:
    """Return the series without the exceptions that ended long ago, both where they were and where they are."""
    span = series.master.event.fields.time if series.master else None
    length = span.end - span.start if span else timedelta()
    kept = tuple(one for one in series.deviations if _end(one, length, window) >= over_before(window))
    return series if kept == series.deviations else series.with_deviations(kept)


def _end(item: Deviation, length: timedelta, window: Window) -> datetime:
    if not isinstance(item, OccurrenceRead):
        return _ruled(item.original_start) + length
    now = window.bounds(item.event.fields.time)[1]
    place = item.event.occurrence
    return max(now, _ruled(place.original_start) + length) if place else now


def _ruled(original_start: str) -> datetime:
    """Return the place of an occurrence as an instant; a plain day at the last moment at which it begins anywhere."""
    if "T" in original_start:
        return datetime.fromisoformat(original_start)
    return datetime.combine(date.fromisoformat(original_start), time(), UTC) + _DAY
