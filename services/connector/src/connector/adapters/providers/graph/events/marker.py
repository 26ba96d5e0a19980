"""Our mark on an event, and the zone that Exchange cannot hold: extended properties, seen only by `$expand`."""

from collections.abc import Iterable, Mapping
from typing import Any

from contracts.calendar_objects import Marker

Raw = Mapping[str, Any]
_SET = "{00020329-0000-0000-c000-000000000046}"
"""PS_PUBLIC_STRINGS, Exchange's own set for named properties of everybody (MS-OXPROPS 1.3.2)."""
_ACCOUNT, _ACTIVITY, _VERSION, _ORIGIN, _ZONE = (
    f"String {_SET} Name {name}"
    for name in ("tandem_account", "tandem_activity", "tandem_version", "tandem_origin", "tandem_zone")
)
_FIELD = "singleValueExtendedProperties"

EXPAND = f"{_FIELD}($filter={' or '.join(f'id eq {one!r}' for one in (_ACCOUNT, _ACTIVITY, _VERSION, _ORIGIN, _ZONE))})"
"""What `$expand` asks for, with every read: without it an event of ours looks like a stranger's."""


def marked_with(activity_id: str) -> str:
    """Return the `$filter` that finds the events marked with an activity."""
    value = activity_id.replace("'", "''")
    return f"{_FIELD}/Any(ep: ep/id eq '{_ACTIVITY}' and ep/value eq '{value}')"


def write_properties(marker: Marker, zone: str | None) -> dict[str, list[dict[str, str]]]:
    """Return the body part that sets the mark, and the zone where the time is written; others stay as they are."""
    values = {
        _ACCOUNT: marker.account_key,
        _ACTIVITY: marker.activity_id,
        _VERSION: str(marker.version),
        _ORIGIN: marker.origin,
    } | ({_ZONE: zone} if zone else {})
    return {_FIELD: [{"id": name, "value": value} for name, value in values.items()]}


def read_marker(raw: Raw) -> Marker | None:
    """Return the mark of an event; an incomplete or foreign one is none."""
    found = _properties(raw.get(_FIELD) or ())
    version, origin = found.get(_key(_VERSION), ""), found.get(_key(_ORIGIN))
    account, activity = found.get(_key(_ACCOUNT)), found.get(_key(_ACTIVITY))
    if not (account and activity and version.isdecimal() and origin in {"crm", "calendar"}):
        return None
    return Marker.model_validate(
        {"account_key": account, "activity_id": activity, "version": int(version), "origin": origin}
    )


def read_written_zone(raw: Raw) -> str | None:
    """Return the IANA zone that we wrote last."""
    return _properties(raw.get(_FIELD) or ()).get(_key(_ZONE))


def _properties(rows: Iterable[Raw]) -> dict[str, str]:
    return {_key(str(row.get("id"))): str(row.get("value") or "") for row in rows}


def _key(name: str) -> str:
    return name.casefold()  # the set's GUID comes back in either case
