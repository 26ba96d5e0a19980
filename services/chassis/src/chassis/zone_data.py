"""Which time zone data a process computes with: the pinned `tzdata`, never files of the operating system (D6).

`zoneinfo` prefers the system's files. They are often a year old (thirteen zones of a Debian of 2025b differ in 2026
and 2027), while the names that providers map to zones come from our newer packages: meetings were an hour off.
"""

import zoneinfo

import tzdata


def use_pinned_zones() -> None:
    """Make `zoneinfo` read the package alone; call it first of all in a process."""
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()


def zones_version() -> str:
    """Return the version of the IANA database in use, such as `2026f`; `system` where the package is not in charge."""
    return "system" if zoneinfo.TZPATH else tzdata.IANA_VERSION
