"""EWS's XML: its namespaces, reading of requests, and building of answers.

Names are written with Microsoft's prefixes: `t:Subject`, `m:ItemIds`. Answers are built from the inside out:
`m("Items", t("CalendarItem", t("Subject", "Lunch")))`.
"""

import re
from collections.abc import Iterable
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml's only name for the type
Content: TypeAlias = "Element | str | bool | int | Iterable[Element] | None"

MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
ERRORS = "http://schemas.microsoft.com/exchange/services/2006/errors"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
PREFIXES = {"s": SOAP, "m": MESSAGES, "t": TYPES, "e": ERRORS}


# What XML 1.0 has no place for: Exchange writes it as a reference all the same (`&#xB;`), which lxml would refuse to.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MARK = "\ue0ff"
_MARKED = re.compile(f"{_MARK}([0-9A-F]+);".encode())


def q(name: str) -> str:
    """Return `t:Subject` as lxml writes it."""
    prefix, _, local = name.partition(":")
    return f"{{{PREFIXES[prefix]}}}{local}"


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return etree.QName(element).localname


def make(name: str, *content: Content, **attributes: str | bool | int | None) -> Element:
    """Build an element; None is left out of content and attributes."""
    made = etree.Element(q(name), nsmap=PREFIXES)
    for key, value in attributes.items():
        if value is not None:
            made.set(key, written(value))
    for one in content:
        _put(made, one)
    return made


def _put(parent: Element, content: Content) -> None:
    if content is None:
        return
    if isinstance(content, str | bool | int):
        parent.text = _NO_XML.sub(lambda found: f"{_MARK}{ord(found[0]):X};", written(content))
    elif isinstance(content, etree._Element):  # noqa: SLF001 - as above
        parent.append(content)
    else:
        parent.extend(list(content))


def m(name: str, *content: Content, **attributes: str | bool | int | None) -> Element:
    """Build an element of the messages namespace."""
    return make(f"m:{name}", *content, **attributes)


def t(name: str, *content: Content, **attributes: str | bool | int | None) -> Element:
    """Build an element of the types namespace."""
    return make(f"t:{name}", *content, **attributes)


def written(value: str | bool | int) -> str:
    """Return a value as XML Schema writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def serialized(root: Element) -> bytes:
    """Return a document as Exchange sends it, with references to characters that no XML may have."""
    return _MARKED.sub(rb"&#x\1;", etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def child(parent: Element, name: str) -> Element | None:
    """Return the first child of that name."""
    return parent.find(q(name))


def text(parent: Element, name: str) -> str | None:
    """Return a child's text; None where there is no such child, `""` where it is empty."""
    found = parent.find(q(name))
    return None if found is None else (found.text or "")


def flag(parent: Element, name: str) -> bool:
    """Return a child's xs:boolean; False where there is none."""
    return text(parent, name) in {"true", "1"}


def children(parent: Element | None) -> list[Element]:
    """Return the child elements, without comments; none of None."""
    return [] if parent is None else list(parent.iterchildren(etree.Element))
