"""EWS's elements, as they are made and read.

Names are written with Microsoft's prefixes: `t:Subject` of the types, `m:ItemIds` of the messages.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml's only name for the type
Content: TypeAlias = "Element | str | Iterable[Element]"

TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
PREFIXES = {"t": TYPES, "m": MESSAGES}
_TRUE, _FALSE = {"true", "1"}, {"false", "0"}
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML document may hold (XML 1.0 2.2)."""


def t(name: str, *content: Content, **attributes: str) -> Element:
    """Return a new element of the types."""
    return _made(f"t:{name}", content, attributes)


def m(name: str, *content: Content, **attributes: str) -> Element:
    """Return a new element of the messages."""
    return _made(f"m:{name}", content, attributes)


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return etree.QName(element).localname


def child(raw: Element, path: str) -> Element | None:
    """Return the first element at a path below; None where there is none."""
    return raw.find(path, PREFIXES)


def children(raw: Element, path: str) -> list[Element]:
    """Return all elements at a path below."""
    return raw.findall(path, PREFIXES)


def text_at(raw: Element, path: str) -> str:
    """Return the text at a path below; empty where there is none."""
    return raw.findtext(path, "", PREFIXES) or ""


def flag_at(raw: Element, path: str) -> bool | None:
    """Return an xs:boolean; None where it is not told."""
    word = text_at(raw, path).strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def instant_at(raw: Element, path: str) -> datetime | None:
    """Return an xs:dateTime in UTC, whole seconds; None where it is not told. Raises ValueError, OverflowError."""
    word = text_at(raw, path).strip()
    return instant(word) if word else None


def instant(word: str) -> datetime:
    """Return an xs:dateTime in UTC, whole seconds; one without an offset is in UTC, as was asked for."""
    moment = datetime.fromisoformat(word).replace(microsecond=0)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _made(name: str, content: Iterable[Content], attributes: dict[str, str]) -> Element:
    prefix, _, word = name.partition(":")
    made = etree.Element(f"{{{PREFIXES[prefix]}}}{word}", nsmap=PREFIXES)
    for key, value in attributes.items():
        made.set(key, _NO_XML.sub("", value))
    for one in content:
        if isinstance(one, str):
            made.text = _NO_XML.sub("", one)
        else:
            made.extend([one] if isinstance(one, etree._Element) else list(one))  # noqa: SLF001 - as above
    return made
