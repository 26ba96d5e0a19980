"""Times in Graph's answers and queries."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from simulators.frame.store import zones
from simulators.frame.store.times import Moment, instant_at, seven, without_ticks
from simulators.microsoft.domain.errors import invalid_parameter

Json = dict[str, Any]


def shown(moment: Moment, zone: str, *, all_day: bool) -> Json:
    """As Graph answers it: in UTC or the preferred zone; an all-day event's midnight is never shifted."""
    return {"dateTime": _shown(moment.wall, moment.zone, zone, all_day), "timeZone": zone}


@lru_cache(maxsize=65_536)
def _shown(wall: str, kept: str, asked: str, floating: bool) -> str:
    if floating:
        return seven(datetime.fromisoformat(wall))
    return seven(instant_at(wall, kept).astimezone(zones.zone(zones.iana(asked))))


def instant(text: str, parameter: str) -> datetime:
    """An instant in a query; without an offset it is UTC (calendarView's reference)."""
    try:
        moment = datetime.fromisoformat(without_ticks(text.replace(" ", "+")))
    except ValueError as error:
        raise invalid_parameter(parameter, text) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
