"""What every provider's times have in common: those nobody can compute with, and those nobody can place."""

from datetime import timedelta

from contracts.times import EventTime

_FIRST_YEAR, _LAST_YEAR = 2, 9998
_LONGEST = timedelta(hours=99_999)


class UnreadableTimeError(ValueError):
    """A time that nobody can place; its words hold no content of the event."""


def is_computable(time: EventTime) -> bool:
    """Whether all that is done with a time stays inside the years 1 to 9999, and its length inside F1's HHHHH:MM."""
    inside = all(_FIRST_YEAR <= moment.year <= _LAST_YEAR for moment in (time.start, time.end))
    return inside and time.end - time.start <= _LONGEST


def computable(time: EventTime) -> EventTime:
    """Return a time that was read, if it can be computed with. Raises UnreadableTimeError."""
    if not is_computable(time):
        raise UnreadableTimeError("its dates are beyond what a calendar can compute with")
    return time
