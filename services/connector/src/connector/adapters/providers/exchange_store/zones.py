"""Exchange's names of time zones and ours, both ways (D6).

Exchange knows zones by Windows' names, of which each stands for several of ours: Europe/Rome comes back as Berlin's.
So the zone that we wrote is kept in a property of ours and counts as long as the event's Windows zone is still its.
"""

from connector.domain.provider.zones import iana_zone, windows_zone

UTC_NAME = "UTC"
_OWN_NAMES = {"tzone://microsoft/utc": UTC_NAME, "utc": UTC_NAME, "coordinated universal time": UTC_NAME}
"""Names beside Windows' own, in any case; what is behind `tzone://Microsoft/Custom`, no name tells."""


def known_zone(name: str) -> str | None:
    """Return the IANA zone behind a name of Exchange's; None for one that nobody knows."""
    return iana_zone(_OWN_NAMES.get(name.casefold(), name))


def wire_zone(zone: str) -> str:
    """Return the name by which Exchange takes a zone; where Windows has none, the instant in UTC is all it can hold."""
    return windows_zone(zone) or UTC_NAME


def kept_zone(name: str, shown: str | None, written: str | None) -> str | None:
    """Return the zone of an event: the one we wrote last, where Exchange's name is still that one's.

    `name`: as Exchange has it; `shown`: the IANA zone behind it, None where nobody knows it.
    """
    if written and iana_zone(written) and (shown is None or name in {wire_zone(written), written}):
        return written
    return shown
