"""Names of time zones as calendars use them (D6): IANA names kept, Windows names mapped by CLDR, the rest refused."""

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal.windows_tz import win_tz  # generated from CLDR's windowsZones.xml with every release

_MAX_ZONES = 1024


@lru_cache(maxsize=_MAX_ZONES)
def iana_zone(name: str) -> str | None:
    """Return the IANA name for an IANA or Windows one; None for a zone that nobody knows."""
    for candidate in (name, win_tz.get(name, "")):
        if _exists(candidate):
            return candidate
    return None


def _exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # unknown, no relative path, a directory of the database
        return False
    return True
