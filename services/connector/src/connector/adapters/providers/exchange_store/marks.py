"""Our mark on an event, and the zone that Exchange cannot hold: named properties of the store.

Both wires use the same ones, so a mailbox that is moved to Exchange Online keeps its marks.
"""

from collections.abc import Mapping
from typing import Final

from contracts.calendar_objects import Marker

PROPERTY_SET: Final = "00020329-0000-0000-c000-000000000046"
"""PS_PUBLIC_STRINGS, Exchange's own set for named properties of everybody (MS-OXPROPS 1.3.2)."""
ACTIVITY: Final = "tandem_activity"
_ACCOUNT, _VERSION, _ORIGIN, _ZONE = "tandem_account", "tandem_version", "tandem_origin", "tandem_zone"
NAMES: Final = (_ACCOUNT, ACTIVITY, _VERSION, _ORIGIN, _ZONE)


def values_of(marker: Marker, zone: str | None) -> dict[str, str]:
    """Return the values to write, by name; `zone` where the time is written: others stay as they are."""
    values = {
        _ACCOUNT: marker.account_key,
        ACTIVITY: marker.activity_id,
        _VERSION: str(marker.version),
        _ORIGIN: marker.origin,
    }
    return values | ({_ZONE: zone} if zone else {})


def marker_in(values: Mapping[str, str]) -> Marker | None:
    """Return the mark of an event; an incomplete or foreign one is none."""
    version, origin = values.get(_VERSION, ""), values.get(_ORIGIN)
    account, activity = values.get(_ACCOUNT), values.get(ACTIVITY)
    if not (account and activity and version.isdecimal() and origin in {"crm", "calendar"}):
        return None
    return Marker.model_validate(
        {"account_key": account, "activity_id": activity, "version": int(version), "origin": origin}
    )


def written_zone_in(values: Mapping[str, str]) -> str | None:
    """Return the IANA zone that we wrote last."""
    return values.get(_ZONE)


def is_same_link(one: Marker | None, other: Marker) -> bool:
    """Whether two marks are of the same activity and account, whatever version of it."""
    return one is not None and (one.account_key, one.activity_id) == (other.account_key, other.activity_id)
