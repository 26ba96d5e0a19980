"""Moves a calendar by whole weeks: weekday and local time are kept, so DST moves the instant, not the clock."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TypeVar

Moment = TypeVar("Moment", date, datetime)

WEEK = timedelta(weeks=1)


def weeks_until_coming(first: date, today: date) -> timedelta:
    """Return the shift that brings `first` into the seven days that begin today."""
    weeks = -((first - today) // WEEK)
    return WEEK * weeks


def shifted(moment: Moment, by: timedelta) -> Moment:
    """Return a date, a floating or a zoned time moved on its own clock."""
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return (moment.replace(tzinfo=None) + by).replace(tzinfo=moment.tzinfo)
    return moment + by


def shifted_in(moment: date | datetime, by: timedelta, zone: tzinfo | None) -> date | datetime:
    """Return a UTC instant of a rule (UNTIL) moved on the clock of the rule's own zone, again in UTC."""
    if isinstance(moment, datetime) and moment.tzinfo is not None and zone is not None:
        return shifted(moment.astimezone(zone), by).astimezone(UTC)
    return shifted(moment, by)
