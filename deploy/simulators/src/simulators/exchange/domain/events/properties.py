"""Extended properties: named, numbered and tagged MAPI properties, kept under the ids that Graph gives them too.

An id is `String {guid} Name name`, `String {guid} Id 0x1` or `String 0x3007`, so that a mailbox moved to Exchange
Online keeps its marks (docs/providers/ews.md). A property of several values is kept as a JSON list.
"""

import base64
import json

from simulators.exchange.domain.errors import EwsError
from simulators.exchange.domain.xml import Element, child, children, q, t
from simulators.frame.store.calendar import Item
from simulators.frame.store.identity import uid

#: The property sets that have names in EWS (DistinguishedPropertySetType).
_SETS = {
    "Meeting": "6ed8da90-450b-101b-98da-00aa003f1305",
    "Appointment": "00062002-0000-0000-c000-000000000046",
    "Common": "00062008-0000-0000-c000-000000000046",
    "PublicStrings": "00020329-0000-0000-c000-000000000046",
    "Address": "00062004-0000-0000-c000-000000000046",
    "InternetHeaders": "00020386-0000-0000-c000-000000000046",
    "CalendarAssistant": "11000e07-b51b-40d6-af21-caa85edab1d0",
    "UnifiedMessaging": "4442858e-a9e3-4e80-b900-317a210cc15b",
    "Task": "00062003-0000-0000-c000-000000000046",
    "Sharing": "00062040-0000-0000-c000-000000000046",
}
_GLOBAL_ID = f"Binary {{{_SETS['Meeting']}}} Id 0x3"
_CLEAN_GLOBAL_ID = f"Binary {{{_SETS['Meeting']}}} Id 0x23"
_GLOBAL_ID_START = bytes.fromhex("040000008200E00074C5B7101A82E008")
_VCAL = b"vCal-Uid\x01\x00\x00\x00"


def tag_of(path: Element) -> int | None:
    """Return the number of a property that is named by its tag; None for others."""
    tag = path.get("PropertyTag")
    return None if tag is None else int(tag, 0)


def id_of(path: Element) -> str:
    """Return the id of the property that a `t:ExtendedFieldURI` names."""
    kind = path.get("PropertyType", "")
    tag = tag_of(path)
    if tag is not None:
        return f"{kind} 0x{tag:x}"
    guid = _SETS.get(path.get("DistinguishedPropertySetId", "")) or path.get("PropertySetId", "").lower()
    name, number = path.get("PropertyName"), path.get("PropertyId")
    if not guid or (name is None) == (number is None):
        raise EwsError("ErrorInvalidExtendedProperty", "The extended property attribute combination is invalid.")
    return f"{kind} {{{guid}}} Name {name}" if name is not None else f"{kind} {{{guid}}} Id 0x{int(number or 0):x}"


def read(element: Element) -> tuple[str, str]:
    """Return id and value of a `t:ExtendedProperty`."""
    path = child(element, "t:ExtendedFieldURI")
    if path is None:
        raise EwsError("ErrorInvalidExtendedProperty", "The extended property has no path.")
    many = child(element, "t:Values")
    if path.get("PropertyType", "").endswith("Array") != (many is not None):
        raise EwsError("ErrorInvalidExtendedPropertyValue", "The value does not fit the property's type.")
    if many is not None:
        return id_of(path), json.dumps([one.text or "" for one in children(many)])
    return id_of(path), element.findtext(q("t:Value")) or ""


def is_derived(name: str) -> bool:
    """Whether a property is made of others and not kept."""
    return name in {_GLOBAL_ID, _CLEAN_GLOBAL_ID}


def value_of(item: Item, name: str) -> str | None:
    """Return the value of an item's property; the GlobalObjectId is made of its UID."""
    if is_derived(name):
        return base64.b64encode(global_id(item, item.day if name == _GLOBAL_ID else None)).decode()
    return item.properties.get(name)


def shown(item: Item, path: Element) -> Element | None:
    """Return the `t:ExtendedProperty` that a path asks for; None where the item has none."""
    value = value_of(item, id_of(path))
    if value is None:
        return None
    if path.get("PropertyType", "").endswith("Array"):
        kept = t("Values", [t("Value", one) for one in json.loads(value)])
    else:
        kept = t("Value", value)
    return t("ExtendedProperty", _copied(path), kept)


def _copied(path: Element) -> Element:
    return t("ExtendedFieldURI", **{str(name): str(value) for name, value in path.attrib.items()})


def global_id(item: Item, day: str | None = None) -> bytes:
    """Return the GlobalObjectId (MS-OXOCAL 2.2.1.27); a client's own UID is wrapped as `vCal-Uid`."""
    given = item.uid
    if given is None:
        return bytes.fromhex(uid(item, day))
    if given.upper().startswith(_GLOBAL_ID_START.hex().upper()):
        return bytes.fromhex(given)
    data = _VCAL + given.encode() + b"\x00"
    return _GLOBAL_ID_START + bytes(20) + len(data).to_bytes(4, "little") + data
