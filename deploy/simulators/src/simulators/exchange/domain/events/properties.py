"""Extended properties: named, numbered and tagged MAPI properties, kept under the ids that Graph gives them too.

An id is `String {guid} Name name`, `String {guid} Id 0x1` or `String 0x3007`, so that a mailbox moved to Exchange
Online keeps its marks (docs/providers/ews.md). A property of several values is kept as a JSON list.
"""

import json

from simulators.exchange.domain.errors import EwsError
from simulators.exchange.domain.events import mapi
from simulators.exchange.domain.xml import Element, child, children, q, t
from simulators.frame.store.calendar import Item


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
    guid = mapi.SETS.get(path.get("DistinguishedPropertySetId", "")) or path.get("PropertySetId", "").lower()
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
    return name in mapi.DERIVED


def value_of(item: Item, name: str) -> str | None:
    """Return the value of an item's property."""
    derived = mapi.DERIVED.get(name)
    return item.properties.get(name) if derived is None else derived(item)


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
