"""Our mark on an event as EWS's extended properties, which are seen only where they are asked for."""

from datetime import UTC, datetime

from connector.adapters.providers.ews.xml import Element, children, t, text_at
from connector.adapters.providers.exchange_store.marks import (
    ACTIVITY,
    NAMES,
    PROPERTY_SET,
    marker_in,
    values_of,
    written_zone_in,
)
from contracts.calendar_objects import Marker

_ZONE_NAME = "tandem_zone_name"
"""By which of its own names Exchange was told the zone that we wrote."""
_TRY = "tandem_try"
"""When the creation of an event was tried first, which tells the tries of one creation from all others."""
_SETS = {PROPERTY_SET.casefold(), "publicstrings"}
"""A server may tell the set by its GUID, in either case, or by EWS's name for it."""


def paths() -> list[Element]:
    """Return what a read asks for: without it an event of ours looks like a stranger's."""
    return [_path(name) for name in (*NAMES, _ZONE_NAME, _TRY)]


def activity_path() -> Element:
    """Return the property by which events of ours are looked up."""
    return _path(ACTIVITY)


def written_properties(marker: Marker, zone: str | None, zone_name: str = "") -> list[tuple[Element, Element]]:
    """Return path and `t:ExtendedProperty` of what marks an event, and of its zone where the time is written."""
    values = values_of(marker, zone) | ({_ZONE_NAME: zone_name} if zone and zone_name else {})
    return [(_path(name), _property(name, value)) for name, value in values.items()]


def written_try(tried_at: datetime) -> Element:
    """Return the `t:ExtendedProperty` by which another try of the same creation knows its event."""
    return _property(_TRY, _moment(tried_at))


def is_of_try(raw: Element, tried_at: datetime) -> bool:
    """Whether an event was made by a creation that was tried first then; a copy of an older one was not (K3)."""
    return _values(raw).get(_TRY) == _moment(tried_at)


def _moment(tried_at: datetime) -> str:
    return tried_at.astimezone(UTC).isoformat(timespec="milliseconds")  # the database keeps no more of it


def read_marker(raw: Element) -> Marker | None:
    """Return the mark of an event; an incomplete or foreign one is none."""
    return marker_in(_values(raw))


def read_written_zone(raw: Element) -> str | None:
    """Return the IANA zone that we wrote last."""
    return written_zone_in(_values(raw))


def read_zone_name(raw: Element) -> str | None:
    """Return Exchange's name of the zone that we wrote last."""
    return _values(raw).get(_ZONE_NAME)


def _property(name: str, value: str) -> Element:
    return t("ExtendedProperty", _path(name), t("Value", value))


def _path(name: str) -> Element:
    return t("ExtendedFieldURI", PropertySetId=PROPERTY_SET, PropertyName=name, PropertyType="String")


def _values(raw: Element) -> dict[str, str]:
    found = {}
    for one in children(raw, "t:ExtendedProperty"):
        for path in children(one, "t:ExtendedFieldURI"):
            if {
                path.get("PropertySetId", "").casefold(),
                path.get("DistinguishedPropertySetId", "").casefold(),
            } & _SETS:
                found[path.get("PropertyName", "")] = text_at(one, "t:Value")
    return found
