"""Times of RFC 5545 as Google's API writes them."""

from datetime import date, datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from icalendar.timezone import tzid_from_dt

Component: TypeAlias = Any
"""A component or property of the icalendar library, whose typed unions hold every kind of property at once."""


def is_all_day(moment: date | datetime) -> bool:
    """Tell whether a moment is a plain date."""
    return not isinstance(moment, datetime)


def google_time(moment: date | datetime, zone: str) -> dict[str, str]:
    """Return `{date}` or `{dateTime, timeZone}`; `zone` is for floating times and zones without an IANA name."""
    if not isinstance(moment, datetime):
        return {"date": moment.isoformat()}
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    name = tzid_from_dt(moment)
    if name is None or not _is_iana(name):
        moment, name = moment.astimezone(ZoneInfo(zone)), zone
    return {"dateTime": moment.isoformat(timespec="seconds"), "timeZone": name}


def _is_iana(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def many(value: Component) -> list[Component]:
    """Return a property that may stand never, once or often as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
