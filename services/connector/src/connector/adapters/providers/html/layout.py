"""HTML laid out as lines of text, as a browser would show it (F6).

Blanks collapse, blocks begin a line, links tell where they lead. Each piece of text knows where in the source it
stands, so that it can be changed there (F9).
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple

from connector.adapters.providers.html.dialects import Dialect
from connector.adapters.providers.html.parsing import parse, split_marks
from connector.adapters.providers.html.texts import plain
from connector.domain.provider.texts import lines

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_SILENT = {"script", "style", "title"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = _HEADINGS | {"address", "article", "blockquote", "div", "dl", "dd", "dt", "hr", "li", "ol", "p", "pre"}
_BLOCKS |= {"section", "table", "tr", "ul"}
_SPACED = _HEADINGS | {"p"}
_TIGHT = "MsoNormal"
"""Outlook's paragraphs: lines without a blank one between them."""
_JOIN_BLOCK = "me-email-"
"""Classes of the block by which guests join an online meeting of Microsoft's."""
_MOST_LINES: Final = 20_000
_NOWHERE: Final = -1


class Piece(NamedTuple):
    """Text of one line: from the source's `begin` to `end`, or made here (a bullet, an address).

    `linked`: inside of a link. `kept`: the provider's own, which nobody changes.
    """

    text: str
    begin: int = _NOWHERE
    end: int = _NOWHERE
    linked: bool = False
    kept: bool = False

    @property
    def made(self) -> bool:
        """Whether it is nowhere in the source."""
        return self.begin < 0


@dataclass(slots=True)
class Line:
    """A line; it begins at `outer` behind the break before it, at `inner` behind the blocks that end or begin there."""

    pieces: list[Piece] = field(default_factory=list)
    outer: int = _NOWHERE
    inner: int = _NOWHERE

    @property
    def text(self) -> str:
        """The line as it is read."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def kept(self) -> bool:
        """Whether some of it is the provider's own."""
        return any(piece.kept for piece in self.pieces)


def read_html(source: str, dialect: Dialect) -> str:
    """Return the text of some HTML."""
    if dialect.keeps_blanks and "<" not in source and "&" not in source:
        return plain(source)
    return plain(laid_out(source, dialect).text)


def laid_out(source: str, dialect: Dialect, *, join_url: str = "", marked: bool = False) -> "Layout":
    """Return the lines of some HTML; `marked`: with their places in the source."""
    layout = Layout(source, dialect, join_url)
    parse(source, dialect, layout, marked=marked)
    return layout.finished()


class Layout:
    """A target of `parse`."""

    def __init__(self, source: str, dialect: Dialect, join_url: str = "") -> None:
        self.lines = [Line()]
        self.kept: list[tuple[int, int]] = []
        """From where to where the source is the provider's own."""
        end = source.lower().rfind("</body")
        self.end_of_body = end if end >= 0 else len(source)
        self.depth = 0
        self._source, self._dialect, self._join_url = source, dialect, join_url
        self._data: list[str] = []
        self._at = 0
        self._at_start = True
        self._blank = self._gap = self._broken = self._at_block = False
        self._silent = self._pre = self._kept_depth = 0
        self._kept_from = _NOWHERE
        self._link: tuple[str, int, int] | None = None

    @property
    def text(self) -> str:
        """All of the text."""
        return "\n".join(line.text for line in self.lines)

    def finished(self) -> "Layout":
        """Return itself, with all that was told."""
        self._take_text()
        for line in self.lines:
            line.outer = line.outer if line.outer >= 0 else self.end_of_body
            line.inner = line.inner if line.inner >= 0 else line.outer
        return self

    def close(self) -> None:
        """End the document, or what of it was not too deep."""
        self._take_text()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin a line, a link, or what is not shown."""
        self._take_text()
        self.depth += 1
        self._begin_kept(tag, attributes)
        self._silent += tag in _SILENT
        self._pre += tag == "pre"
        if tag == "br":
            self._break()
        elif tag in _BLOCKS or tag == "body":
            self._begin_block(tag, attributes.get("class") or "")
        elif tag in {"td", "th"} and not self._at_start:
            self._put(Piece("  "))
        if tag == "a":
            self._begin_link(attributes.get("href") or "")

    def end(self, tag: str) -> None:
        """End a line, a link, or what is not shown."""
        self._take_text()
        self.depth -= 1
        self._silent -= tag in _SILENT
        self._pre -= tag == "pre"
        if tag in _BLOCKS:
            self._end_line()
            self._gap |= tag in _HEADINGS
            self._broken = True
            self._at_block = self._at_start and self._kept_depth <= 1
        if tag == "a":
            self._end_link()
        self._kept_depth = max(0, self._kept_depth - 1)

    def data(self, text: str) -> None:
        """Take in text, which comes in any number of parts."""
        self._data.append(text)

    def _begin_kept(self, tag: str, attributes: dict[str, str]) -> None:
        if self._kept_depth:
            self._kept_depth += 1
        elif self._is_join_block(tag, attributes):
            self._kept_depth, self._kept_from = 1, self._at

    def _is_join_block(self, tag: str, attributes: dict[str, str]) -> bool:
        if any(name.startswith(_JOIN_BLOCK) for name in (attributes.get("class") or "").split()):
            return True
        return tag == "a" and bool(self._join_url) and attributes.get("href") == self._join_url

    def _begin_block(self, tag: str, name: str) -> None:
        self._end_line()
        self._gap |= tag in _SPACED and _TIGHT not in name and (len(self.lines) > 1 or bool(self.lines[0].pieces))
        self._broken = True
        self._at_block = not self._kept_depth
        if tag == "li":
            self._put(Piece("- ", kept=bool(self._kept_depth)))

    def _begin_link(self, address: str) -> None:
        """Begin a link; they are not nested, so one that is open ends."""
        self._end_link()
        self._link = address, len(self.lines) - 1, len(self.lines[-1].pieces)

    def _end_link(self) -> None:
        if self._link is None:
            return
        address, line, piece = self._link
        self._link = None
        within = [*self.lines[line].pieces[piece:], *(one for more in self.lines[line + 1 :] for one in more.pieces)]
        shown = "".join(one.text for one in within).strip()
        if address.startswith(("http://", "https://")) and address not in shown:
            self._put(Piece(f" <{address}>" if shown else address, kept=bool(self._kept_depth)))

    def _take_text(self) -> None:
        data, self._data = "".join(self._data), []
        if not data:
            return
        parts = list(split_marks(data))
        for (place, text), (end, _) in pairwise([*parts, (None, "")]):
            if place is not None:
                self._reach(place)
            if text and not self._silent:
                self._show(text, self._at if end is not None else _NOWHERE, end or _NOWHERE)

    def _reach(self, place: int) -> None:
        """Note where the parser is; what waited for its next place gets this one."""
        self._at = place
        line = self.lines[-1]
        if line.outer < 0:
            line.outer = place
        if self._at_block:
            line.inner, self._at_block = place, False
        if self._kept_from >= 0 and not self._kept_depth:
            self.kept.append((self._kept_from, place))
            self._kept_from = _NOWHERE

    def _show(self, text: str, begin: int, end: int) -> None:
        if self._pre or self._dialect.keeps_blanks:
            self._show_as_it_is(lines(text), begin, end)
            return
        words = _BLANKS.sub(" ", text)
        self._blank |= words.startswith(" ") and not self._at_start
        if inner := words.strip(" "):
            if self._blank:
                self._put(Piece(" ", kept=bool(self._kept_depth)))
            self._put(self._piece(inner, begin, end))
            self._blank = words.endswith(" ")

    def _show_as_it_is(self, text: str, begin: int, end: int) -> None:
        """Show text whose line ends count, but for the one that only ends the source's line behind a block or `br`."""
        shown = text.split("\n")[: max(1, _MOST_LINES - len(self.lines))]
        places = _places(self._source, begin, end, len(shown))
        if self._broken and len(shown) > 1 and not shown[0].strip(" "):
            if not text.strip():
                return
            shown, places = shown[1:], places[1:]
        for number, (line, (first, last)) in enumerate(zip(shown, places, strict=True)):
            if number:
                self._break()
                self.lines[-1].outer = self.lines[-1].inner = first
            if line:
                self._put(self._piece(line, first, last))
        self._broken = False

    def _piece(self, text: str, begin: int, end: int) -> Piece:
        return Piece(text, begin, end, linked=self._link is not None, kept=bool(self._kept_depth))

    def _put(self, piece: Piece) -> None:
        if self._gap:
            self._gap = False
            self._new_line()
        line = self.lines[-1]
        if not piece.made:
            line.outer = line.outer if line.outer >= 0 else piece.begin
            line.inner = line.inner if line.inner >= 0 else line.outer
            self._at_block = False
        line.pieces.append(piece)
        self._at_start = self._blank = self._broken = False

    def _break(self) -> None:
        if self._gap:
            self._gap = False
            self._new_line()
        self._new_line()
        self._at_start = self._broken = True
        self._blank = False

    def _new_line(self) -> None:
        self.lines.append(Line())
        self._at_block = not self._kept_depth

    def _end_line(self) -> None:
        if not self._at_start:
            self._break()
        self._blank = False


def _places(source: str, begin: int, end: int, count: int) -> list[tuple[int, int]]:
    """Return where each line of a run of text stands; nowhere if the source has other lines."""
    found: list[tuple[int, int]] = []
    if begin >= 0:
        for line in source[begin:end].split("\n"):
            found.append((begin, begin + len(line)))
            begin += len(line) + 1
    return found if len(found) == count else [(_NOWHERE, _NOWHERE)] * count
