"""Time zones by Windows or IANA name, as Exchange takes and shows them (datetimetimezone, CLDR windowsZones)."""

from functools import lru_cache
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import tz_win, win_tz

from simulators.frame.store.errors import StoreError

_UTC = frozenset({"UTC", "Etc/UTC", "Etc/GMT", "tzone://Microsoft/Utc"})


def iana(name: str | None) -> str:
    """The IANA name of a zone given by any name; 400 for an unknown one."""
    if name in _UTC:
        return "UTC"
    if name and name in win_tz:
        return win_tz[name]
    if name and name in tz_win:
        return name
    message = "A valid TimeZone value must be specified. The following TimeZone value is not supported:"
    raise StoreError(400, "TimeZoneNotSupportedException", f"{message} '{name or ''}'.")


def is_windows(name: str) -> bool:
    """Whether it is the Windows name of a zone."""
    return name in win_tz or name == "UTC"


def windows(name: str) -> str:
    """The Windows name of a zone given by any known name."""
    return "UTC" if name in _UTC else tz_win.get(name, name)


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The rules of an IANA zone."""
    return ZoneInfo(name)
