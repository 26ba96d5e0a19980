"""Bodies of events: HTML at Exchange, which wraps and rewrites it, plain text with us (F6)."""

import re
from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser
from typing import Any

from connector.domain.provider.texts import lines

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_AFTER_BLANK = re.compile(r"(?:^| ) +| $")
_HARD = "\u00a0"
_TAB = " " * 4
_SILENT = {"script", "style", "title"}
_BLOCKS = {"address", "article", "blockquote", "div", "dl", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS |= {"hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
_SPACED = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "ul"}
_TIGHT = "MsoNormal"
"""Outlook's paragraphs: lines without a blank one between them."""


def read_body(raw: Mapping[str, Any]) -> str:
    """Return the text of an event's body."""
    body = raw.get("body") or {}
    content = str(body.get("content") or "")
    if str(body.get("contentType")).lower() != "html":
        return plain(content)
    reader = _Reader()
    reader.feed(content)
    reader.close()
    return plain(reader.text())


def write_body(text: str) -> dict[str, Any]:
    """Return the body that reads as `plain(text)`: HTML, since Exchange makes that of everything else anyway."""
    content = "<br>".join(_line(line) for line in plain(text).split("\n"))
    return {"body": {"contentType": "html", "content": content}}


def plain(text: str) -> str:
    """Return what a body can hold of a text.

    HTML knows no tabs, and no blanks at the ends of lines and of the whole that anybody could see.
    """
    clean = _CONTROLS.sub("", lines(text).replace("\t", _TAB).replace(_HARD, " "))
    return "\n".join(line.rstrip(" ") for line in clean.split("\n")).strip("\n")


def _line(line: str) -> str:
    """Return a line whose blanks survive: of several, and at its start, browsers show but one or none."""
    hard = _AFTER_BLANK.sub(lambda found: _hardened(found[0], at_start=found.start() == 0), line)
    return escape(hard, quote=False).replace(_HARD, "&nbsp;")


def _hardened(blanks: str, *, at_start: bool) -> str:
    return _HARD * len(blanks) if at_start else " " + _HARD * (len(blanks) - 1)


class _Reader(HTMLParser):
    """Lays text out as a browser would: blanks collapse, blocks begin a line, links tell where they lead."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._at_start = True
        self._blank = False
        self._silent = 0
        self._pre = 0
        self._links: list[tuple[str, int]] = []
        self._gap = False

    def text(self) -> str:
        """Return what was read so far."""
        return "".join(self._parts).replace(_HARD, " ")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, a link, or what is not shown."""
        given = dict(attrs)
        self._silent += tag in _SILENT
        self._pre += tag == "pre"
        if tag == "br":
            self._break()
        elif tag in _BLOCKS:
            self._end_line()
            self._gap |= tag in _SPACED and bool(self._parts) and _TIGHT not in (given.get("class") or "")
        elif tag in {"td", "th"} and not self._at_start:
            self._put("  ")
        if tag == "li":
            self._put("- ")
        if tag == "a":
            self._links.append((given.get("href") or "", len(self._parts)))

    def handle_endtag(self, tag: str) -> None:
        """End a line, a link, or what is not shown."""
        self._silent = max(0, self._silent - (tag in _SILENT))
        self._pre = max(0, self._pre - (tag == "pre"))
        if tag in _BLOCKS:
            self._end_line()
            self._gap |= tag in _SPACED - {"p"}
        if tag == "a" and self._links:
            self._end_link(*self._links.pop())

    def handle_data(self, data: str) -> None:
        """Take in text."""
        if self._silent:
            return
        if self._pre:
            self._put_lines(lines(data))
            return
        words = _BLANKS.sub(" ", data)
        self._blank |= words.startswith(" ") and not self._at_start
        if inner := words.strip(" "):
            self._put((" " if self._blank else "") + inner)
            self._blank = words.endswith(" ")

    def _put(self, text: str) -> None:
        if self._gap:
            self._gap = False
            self._parts.append("\n")
        self._parts.append(text)
        self._at_start = self._blank = False

    def _put_lines(self, text: str) -> None:
        first, *rest = text.split("\n")
        if first:
            self._put(first)
        for line in rest:
            self._break()
            if line:
                self._put(line)

    def _break(self) -> None:
        self._put("\n")
        self._at_start = True

    def _end_line(self) -> None:
        if not self._at_start:
            self._break()
        self._blank = False

    def _end_link(self, address: str, begun: int) -> None:
        shown = "".join(self._parts[begun:]).strip()
        if address.startswith(("http://", "https://")) and address not in shown:
            self._put(f" <{address}>" if shown else address)
