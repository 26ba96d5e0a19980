"""Places of occurrences in their series: Exchange has one a day at most, at the time of day of the series (E3)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connector.adapters.providers.instances import instance_id
from connector.domain.series.recurrence import original_start
from contracts.calendar_objects import EventSnapshot, Occurrence
from contracts.times import AllDay, EventTime, Timed

_MIDNIGHT, _HALF_A_DAY = time.min, timedelta(hours=12)


def place_on(master: EventSnapshot, day: date) -> Occurrence:
    """Return the place of the occurrence that the rule of its master put on a day of the series' zone."""
    start = original_start(_start_on(day, master.fields.time))
    return Occurrence(series_id=master.event_id, lineage=master.event_id, original_start=start)


def place_at(master: EventSnapshot, moment: datetime, zone: str | None = None) -> Occurrence:
    """Return the place of the occurrence whose original start is an instant.

    `zone`: in which the days of an all-day series begin, where that is known.
    """
    first = master.fields.time
    if isinstance(first, Timed):
        return place_on(master, moment.astimezone(ZoneInfo(first.timezone)).date())
    return place_on(master, whole_day(moment, zone))


def whole_day(moment: datetime, zone: str | None) -> date:
    """Return the day that begins at a moment, or about then.

    `originalStart` is midnight in the zone of the recurrence (microsoft-graph-docs #7163, #2804), while rows that show
    their own start have the bare date. Where the zone is not told, the nearest midnight is meant.
    """
    if moment.time() == _MIDNIGHT:
        return moment.date()
    return (moment.astimezone(ZoneInfo(zone or "UTC")) + _HALF_A_DAY).date()


def occurrence_id(place: Occurrence) -> str:
    """Return our id of an occurrence."""
    return instance_id(place.series_id, place.original_start)


def _start_on(day: date, first: EventTime) -> datetime | date:
    if isinstance(first, AllDay):
        return day
    zone = ZoneInfo(first.timezone)
    return datetime.combine(day, first.start.astimezone(zone).time(), zone)
