"""Putting an edited text into the HTML that is there, so that all markup around it stays as it is (F9).

The text that is there and the one that is wanted are compared line by line. Each change is tried in the ways in which
a person might have typed it; the first whose result reads as what is wanted is taken, so the reader judges, and a try
that breaks the markup is no harm. What no try can do is written as HTML of ours, around what is the provider's own.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from lxml.html import defs

from connector.adapters.providers.html.dialects import Dialect
from connector.adapters.providers.html.layout import Line, laid_out, read_html
from connector.adapters.providers.html.line_diff import Hunk, changed, patched
from connector.adapters.providers.html.line_edits import LineEdits, SourceEdit, applied
from connector.adapters.providers.html.parsing import has_marks
from connector.adapters.providers.html.texts import plain

_MOST_CHANGES: Final = 12
_MOST_READ: Final = 65_536
"""Characters that tries may read, all together; beyond these the text is written anew (invariant 6)."""
_BREAK: Final = "<br>"


def spliced(source: str, wanted: str, dialect: Dialect, *, join_url: str = "") -> str:
    """Return the source as HTML that reads as `plain(wanted)`; the provider's own block stays, whatever is wanted."""
    if has_marks(source) or not any(dialect.tags(source)):
        return dialect.written(wanted)
    return _Splice(source, dialect, join_url).to(_lines(plain(wanted)))


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


class _Splice:
    """One source, its lines and where they stand."""

    def __init__(self, source: str, dialect: Dialect, join_url: str) -> None:
        self._source, self._dialect = source, dialect
        self._edits = LineEdits(source, dialect)
        layout = laid_out(source, dialect, join_url=join_url, marked=True)
        self._kept, self._end_of_body = layout.kept, layout.end_of_body
        texts = [plain(line.text) for line in layout.lines]
        shown = [place for place, text in enumerate(texts) if text.strip()]
        first, last = (shown[0], shown[-1] + 1) if shown else (0, 0)
        end = Line(outer=layout.end_of_body, inner=layout.end_of_body)
        self._places, self._old = layout.lines[first:last], texts[first:last]
        self._behind = layout.lines[last] if last < len(layout.lines) else end
        self._reads = _MOST_READ // len(source)

    def to(self, wanted: list[str]) -> str:
        """Return the source with these lines."""
        hunks = [part for hunk in changed(self._old, wanted) for part in self._around_kept(hunk)]
        done = self._changed(hunks) if len(hunks) <= _MOST_CHANGES else None
        return self._rewritten(hunks) if done is None else done

    def _around_kept(self, hunk: Hunk) -> Iterator[Hunk]:
        """Yield a change without the lines that are the provider's own: those nobody changes."""
        kept = [place for place in range(hunk.begin, hunk.end) if self._places[place].kept]
        if not kept:
            yield hunk
            return
        if hunk.begin < kept[0] or hunk.lines:
            yield Hunk(hunk.begin, kept[0], hunk.lines)
        if kept[-1] + 1 < hunk.end:
            yield Hunk(kept[-1] + 1, hunk.end, ())

    def _changed(self, hunks: Sequence[Hunk]) -> str | None:
        """Return the source with these changes, made from the last to the first; None where one cannot be made."""
        source = self._source
        for number in reversed(range(len(hunks))):
            expected = plain("\n".join(patched(self._old, hunks[number:])))
            tries = (applied(source, edits) for edits in self._ways(hunks[number]))
            done = next((one for one in tries if self._reads_as(one, expected)), None)
            if done is None:
                return None
            source = done
        return source

    def _reads_as(self, source: str, expected: str) -> bool:
        self._reads -= 1
        return self._reads >= 0 and read_html(source, self._dialect) == expected

    def _ways(self, hunk: Hunk) -> Iterator[list[SourceEdit]]:
        """Yield the ways to make a change: lines that become others, then those that come or go."""
        both = min(hunk.end - hunk.begin, len(hunk.lines))
        pairs = list(zip(self._places[hunk.begin :], hunk.lines[:both], strict=False))
        begin, more = hunk.begin + both, hunk.lines[both:]
        for edits in self._edited(pairs):
            if more:
                yield from ([*edits, one] for one in self._inserted(begin, more))
            elif begin < hunk.end:
                yield from ([*edits, one] for one in self._replaced(begin, hunk.end, ()))
            else:
                yield edits
        if pairs:
            yield from ([one] for one in self._replaced(hunk.begin, hunk.end, hunk.lines))

    def _edited(self, pairs: Sequence[tuple[Line, str]]) -> Iterator[list[SourceEdit]]:
        """Yield the ways to make lines into others: where they differ, or as a whole."""
        for way in (self._edits.within, self._edits.whole):
            found = [way(line, wanted) for line, wanted in pairs]
            if None not in found:
                yield list(chain.from_iterable(one for one in found if one))

    def _inserted(self, at: int, lines: Sequence[str]) -> Iterator[SourceEdit]:
        """Yield the ways to put lines before a line, or at the end: behind the one before, or as lines of their own."""
        html, before = self._html(lines), self._end_of(at - 1)
        if before is not None:
            yield SourceEdit(before, before, f"{_BREAK}{html}")
        for place in self._begins(at):
            if not any(begin < place < end for begin, end in self._kept):
                yield SourceEdit(place, place, f"{html}{_BREAK}")
                yield SourceEdit(place, place, html)
                yield SourceEdit(place, place, f"{_BREAK}{html}")

    def _begins(self, at: int) -> Iterator[int]:
        """Yield where in the source a line may begin: outside of the blocks that begin with it, or inside."""
        line = self._line(at)
        yield from (line.inner, line.outer) if at == 0 else (line.outer, line.inner)
        if at >= len(self._places):
            yield self._end_of_body

    def _line(self, at: int) -> Line:
        return self._places[at] if at < len(self._places) else self._behind

    def _end_of(self, at: int) -> int | None:
        """Return where a line's last text ends in the source, if text may be put there."""
        pieces = self._places[at].pieces if 0 <= at < len(self._places) else []
        last = pieces[-1] if pieces else None
        return None if last is None or last.made or last.linked or last.kept else last.end

    def _replaced(self, begin: int, end: int, lines: Sequence[str]) -> Iterator[SourceEdit]:
        """Yield the ways to put lines in the place of others: their blocks as well, within them, or behind a line.

        Where the last lines go, the break before them goes first: else an empty line would be left at the end.
        """
        html = self._html(lines)
        behind_a_line = self._behind_line_before(begin, end, f"{_BREAK}{html}" if lines else "")
        if behind_a_line and not lines and end == len(self._places):
            yield behind_a_line
        first, behind = self._places[begin], self._line(end)
        for start, stop in ((first.outer, behind.outer), (first.inner, behind.inner)):
            if start <= stop and self._is_whole(start, stop):
                yield from (SourceEdit(start, stop, one) for one in ((html, f"{html}{_BREAK}") if lines else (html,)))
        if behind_a_line:
            yield behind_a_line

    def _behind_line_before(self, begin: int, end: int, html: str) -> SourceEdit | None:
        """Return the way to put HTML in the place of lines and of what parts them from the line before them."""
        before, last = self._end_of(begin - 1), self._end_of(end - 1)
        if before is None or last is None or not self._is_whole(before, last):
            return None
        return SourceEdit(before, last, html)

    def _html(self, lines: Sequence[str]) -> str:
        return _BREAK.join(self._dialect.encoded(line) for line in lines)

    def _is_whole(self, begin: int, end: int) -> bool:
        """Whether the tags of a part can go: what it closes, it opens again; of what is kept, nothing goes."""
        if any(begin < stop and start < end for start, stop in self._kept):
            return False
        closed: list[str] = []
        opened: list[str] = []
        for tag in self._dialect.tags(self._source[begin:end]):
            name = (tag[1] or "").lower()
            if not name or name in defs.empty_tags:
                continue
            if not tag[0].startswith("</"):
                opened.append(name)
            elif not opened:
                closed.append(name)
            elif opened.pop() != name:
                return False
        return closed == opened[::-1]

    def _rewritten(self, hunks: Sequence[Hunk]) -> str:
        """Return HTML of ours for all lines, but for the provider's own block."""
        if not self._kept:
            return self._dialect.written("\n".join(patched(self._old, hunks)))
        block = self._source[self._kept[0][0] : self._kept[-1][1]]
        kept = [place for place, line in enumerate(self._places) if line.kept] or [len(self._old)]
        above = patched(self._old[: kept[0]], [hunk for hunk in hunks if hunk.end <= kept[0]])
        shifted = [
            Hunk(hunk.begin - kept[-1] - 1, hunk.end - kept[-1] - 1, hunk.lines)
            for hunk in hunks
            if hunk.begin > kept[-1]
        ]
        below = patched(self._old[kept[-1] + 1 :], shifted)
        return f"{self._html(above)}{_BREAK if above else ''}{block}{self._html(below)}"
