"""Names of time zones as calendars use them (D6): kept, but for aliases; Windows names mapped by CLDR; others refused.

An alias is another spelling of a zone (Asia/Calcutta of Asia/Kolkata): whoever renames it has changed nothing. A zone
of a place of its own stays, also where it has had the rules of another one for long (Europe/Oslo, Europe/Berlin).
"""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal.windows_tz import tz_win, win_tz  # generated from CLDR's windowsZones.xml with every release

_MAX_ZONES = 1024
_UTC = "Etc/UTC"


@lru_cache(maxsize=_MAX_ZONES)
def iana_zone(name: str) -> str | None:
    """Return the IANA name for an IANA or Windows one, the same for all aliases; None for a zone nobody knows."""
    for candidate in (name, win_tz.get(name, "")):
        if _exists(candidate):
            return _known_as(_aliases().get(candidate, candidate))
    return None


def windows_zone(name: str) -> str | None:
    """Return the Windows name of an IANA zone (several have the same), None where Windows has none for it."""
    return tz_win.get(name)


def _known_as(name: str) -> str:
    return "UTC" if name == _UTC else name


@cache
def _aliases() -> Mapping[str, str]:
    """Return the links of the tz database between spellings.

    Not those of places that its table of zones names themselves, nor of old names of one word (EST, Iceland), whose
    targets are merely places with the same rules.
    """
    places = {line.split("\t")[2] for line in _lines("zone.tab")}
    links = (line.split() for line in _lines("tzdata.zi") if line.startswith("L "))
    return {alias: to for _, to, alias in links if alias not in places and ("/" in alias or to == _UTC)}


def _lines(name: str) -> Iterator[str]:
    text = (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if not line.startswith("#"))


def _exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # unknown, no relative path, a directory of the database
        return False
    return True
