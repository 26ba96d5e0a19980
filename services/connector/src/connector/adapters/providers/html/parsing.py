"""Feeding HTML to lxml's parser (libxml2), which takes time in proportion to the size of what is broken, too.

The standard library's parser does not. What is parsed is bounded in size, number of tags and depth: the end tag of an
element that is not open makes libxml2 look through all that are.
"""

from collections.abc import Iterator
from typing import Any, Final, Protocol, cast

from lxml import etree

from connector.adapters.providers.html.dialects import Dialect

LONGEST: Final = 262_144
"""Characters of HTML that are read; what comes after them is left out."""
_MOST_TAGS, _DEEPEST, _AT_ONCE = 4_000, 256, 2_048
_MARK, _MARK_END = "\ufdd0", "\ufdd1"
"""Noncharacters, which no text may hold (Unicode 23.7)."""
_WRAPPER = "<div>"
"""Before the first element, libxml2 drops blanks."""


class Target(Protocol):
    """What is told of elements and text, and says how many elements are open."""

    depth: int

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element."""

    def end(self, tag: str) -> None:
        """End an element."""

    def data(self, text: str) -> None:
        """Take in text."""

    def close(self) -> None:
        """End the document, or what of it was not too deep."""


def parse(source: str, dialect: Dialect, target: Target, *, marked: bool = False) -> None:
    """Tell the target what is in some HTML; `marked`: with the places of its tags among the text (`split_marks`)."""
    parser: etree.HTMLParser | None = None
    for piece in _pieces(_prepared(source, dialect, marked=marked)):
        parser = parser or etree.HTMLParser(target=cast("Any", target))
        parser.feed(piece)
        if target.depth > _DEEPEST:
            parser.close()
            parser = None
    if parser:
        parser.close()


def _prepared(source: str, dialect: Dialect, *, marked: bool) -> str:
    source = source[:LONGEST]
    if not marked:
        source = source.replace(_MARK, "").replace(_MARK_END, "")
    if not (marked or dialect.strict):
        return source
    parts: list[str] = []
    last = 0
    for tag in dialect.tags(source):
        parts.append(_text(source[last : tag.start()], dialect))
        parts.append(f"{mark(tag.start())}{tag[0]}{mark(tag.end())}" if marked else tag[0])
        last = tag.end()
    parts.append(_text(source[last:], dialect))
    whole = f"{mark(0)}{''.join(parts)}{mark(len(source))}" if marked else "".join(parts)
    return f"{_WRAPPER}{whole}" if dialect.keeps_blanks else whole


def _text(text: str, dialect: Dialect) -> str:
    return text.replace("<", "&lt;") if dialect.strict else text


def _pieces(source: str) -> Iterator[str]:
    """Yield the source in pieces that begin with a tag, up to the most tags that are read."""
    begin = tags = 0
    while begin < len(source) and tags < _MOST_TAGS:
        end = source.find("<", begin + _AT_ONCE)
        end = len(source) if end < 0 else end
        yield source[begin:end]
        tags += source.count("<", begin, end)
        begin = end


def mark(place: int) -> str:
    """Return what stands for a place of the source within text."""
    return f"{_MARK}{place}{_MARK_END}"


def has_marks(text: str) -> bool:
    """Whether a text has characters that would be taken for marks."""
    return _MARK in text or _MARK_END in text


def split_marks(text: str) -> Iterator[tuple[int | None, str]]:
    """Yield what is between marks, each with the place that its mark names; None before the first."""
    first, *rest = text.split(_MARK)
    yield None, first
    for one in rest:
        place, _, between = one.partition(_MARK_END)
        yield (int(place) if place.isdecimal() else None), between
