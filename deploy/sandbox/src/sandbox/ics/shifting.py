"""Moves a calendar by whole weeks: weekday and local time are kept, so DST moves the instant, not the clock.

Adding to a zoned datetime moves its clock (PEP 495), which is what is wanted here.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo

WEEK = timedelta(weeks=1)


def weeks_until_coming(first: date, today: date) -> timedelta:
    """Return the shift that brings `first` into the seven days that begin today."""
    weeks = -((first - today) // WEEK)
    return WEEK * weeks


def shifted_in(moment: date | datetime, by: timedelta, zone: tzinfo | None) -> date | datetime:
    """Return a UTC instant of a rule (UNTIL) moved on the clock of the rule's own zone, again in UTC."""
    if isinstance(moment, datetime) and moment.tzinfo is not None and zone:
        return (moment.astimezone(zone) + by).astimezone(UTC)
    return moment + by
