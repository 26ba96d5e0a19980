"""Our mark on an event as Graph's extended properties, which are seen only by `$expand`."""

from collections.abc import Iterable, Mapping
from typing import Any

from connector.adapters.providers.exchange_store.marks import (
    ACTIVITY,
    NAMES,
    PROPERTY_SET,
    marker_in,
    values_of,
    written_zone_in,
)
from contracts.calendar_objects import Marker

Raw = Mapping[str, Any]
_FIELD = "singleValueExtendedProperties"
_IDS = {name: f"String {{{PROPERTY_SET}}} Name {name}" for name in NAMES}
_NAMES = {id_.casefold(): name for name, id_ in _IDS.items()}
"""The set's GUID comes back in either case."""

EXPAND = f"{_FIELD}($filter={' or '.join(f'id eq {one!r}' for one in _IDS.values())})"
"""What `$expand` asks for, with every read: without it an event of ours looks like a stranger's."""


def marked_with(activity_id: str) -> str:
    """Return the `$filter` that finds the events marked with an activity."""
    value = activity_id.replace("'", "''")
    return f"{_FIELD}/Any(ep: ep/id eq '{_IDS[ACTIVITY]}' and ep/value eq '{value}')"


def write_properties(marker: Marker, zone: str | None) -> dict[str, list[dict[str, str]]]:
    """Return the body part that sets the mark, and the zone where the time is written; others stay as they are."""
    return {_FIELD: [{"id": _IDS[name], "value": value} for name, value in values_of(marker, zone).items()]}


def read_marker(raw: Raw) -> Marker | None:
    """Return the mark of an event; an incomplete or foreign one is none."""
    return marker_in(_properties(raw.get(_FIELD) or ()))


def read_written_zone(raw: Raw) -> str | None:
    """Return the IANA zone that we wrote last."""
    return written_zone_in(_properties(raw.get(_FIELD) or ()))


def _properties(rows: Iterable[Raw]) -> dict[str, str]:
    found = ((_NAMES.get(str(row.get("id")).casefold()), row) for row in rows)
    return {name: str(row.get("value") or "") for name, row in found if name}
