"""Our mark on an event: four private extended properties, which attendees' copies do not have."""

from collections.abc import Mapping
from typing import Any

from contracts.calendar_objects import Marker

_ACCOUNT, _ACTIVITY, _VERSION, _ORIGIN = "tandem_account", "tandem_activity", "tandem_version", "tandem_origin"


def write_marker(marker: Marker) -> dict[str, dict[str, dict[str, str]]]:
    """Return the body part that sets the mark; PATCH leaves the properties of others as they are."""
    private = {
        _ACCOUNT: marker.account_key,
        _ACTIVITY: marker.activity_id,
        _VERSION: str(marker.version),
        _ORIGIN: marker.origin,
    }
    return {"extendedProperties": {"private": private}}


def read_marker(raw: Mapping[str, Any]) -> Marker | None:
    """Return the mark of an event resource; an incomplete or foreign one is none."""
    private = (raw.get("extendedProperties") or {}).get("private") or {}
    version, origin = private.get(_VERSION, ""), private.get(_ORIGIN)
    if not (private.get(_ACCOUNT) and private.get(_ACTIVITY) and version.isdecimal() and origin in {"crm", "calendar"}):
        return None
    return Marker(account_key=private[_ACCOUNT], activity_id=private[_ACTIVITY], version=int(version), origin=origin)
