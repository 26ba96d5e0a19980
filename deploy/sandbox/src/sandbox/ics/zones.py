"""The IANA name of a time zone in a calendar file: by its name, or by rules that are the same (RFC 5545 §3.6.5)."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from icalendar.timezone import tzid_from_dt
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_STEP = timedelta(hours=3)
_YEARS = 2


def iana_zone(moment: datetime) -> str | None:
    """Return the IANA zone of a moment: the one it names, or one whose clock shows the same for two years from then.

    Of several such zones the one that stands for a Windows zone (CLDR) is taken. None: no zone has these rules.
    """
    name = tzid_from_dt(moment)
    if name is not None and _is_iana(name):
        return name
    zone = moment.tzinfo
    if zone is None:
        return None
    month = moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return _with_the_same_rules(zone, month)


@lru_cache(maxsize=64)
def _with_the_same_rules(zone: tzinfo, begin: datetime) -> str | None:
    moments = [begin + _STEP * step for step in range(int(timedelta(days=365 * _YEARS) / _STEP))]
    offsets = [moment.astimezone(zone).utcoffset() for moment in moments]
    for name in _candidates():
        candidate = ZoneInfo(name)
        if all(moment.astimezone(candidate).utcoffset() == one for moment, one in zip(moments, offsets, strict=True)):
            return name
    return None


@cache
def _candidates() -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in WINDOWS_TO_OLSON.values() if _is_iana(name)))


def _is_iana(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
