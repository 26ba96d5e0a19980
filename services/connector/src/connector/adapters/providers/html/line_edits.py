"""Changes of single lines, as changes of the source that they stand in (F9)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from connector.adapters.providers.html.dialects import Dialect
from connector.adapters.providers.html.layout import Line, Piece
from connector.adapters.providers.html.texts import HARD

_LINK_END = re.compile(r"</a\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SourceEdit:
    """What is to stand in the source from `begin` to `end`."""

    begin: int
    end: int
    html: str


def applied(source: str, edits: Iterable[SourceEdit]) -> str:
    """Return the source with edits that do not overlap."""
    for edit in sorted(edits, key=lambda one: one.begin, reverse=True):
        source = source[: edit.begin] + edit.html + source[edit.end :]
    return source


@dataclass(frozen=True)
class LineEdits:
    """Finds the edits of lines in one source."""

    source: str
    dialect: Dialect

    def within(self, line: Line, wanted: str) -> list[SourceEdit] | None:
        """Return the edits of a line from its first changed character to its last; None where they cannot be made."""
        old = line.text.replace(HARD, " ").rstrip(" ")
        begin = _common(old, wanted)
        rest = _common(old[begin:][::-1], wanted[begin:][::-1])
        end, typed = len(old) - rest, wanted[begin : len(wanted) - rest]
        if typed and begin == end == len(old) and (behind := self._behind_link(line)):
            return [SourceEdit(behind, behind, self.dialect.encoded(typed, at_start=False))]
        edits: list[SourceEdit] = []
        at = 0
        target = _typed_into(line, begin) if typed else None
        for number, piece in enumerate(line.pieces):
            first, last = max(begin, at), min(end, at + len(piece.text))
            if first < last or number == target:
                if piece.made or piece.kept:
                    return None
                left, right = piece.text[: max(0, begin - at)], piece.text[max(0, end - at) :]
                middle = typed if number == target else ""
                edits.append(self._edit(piece, f"{left}{middle}{right}", at_start=at == 0))
            at += len(piece.text)
        return edits if target is not None or not typed else None

    def _behind_link(self, line: Line) -> int | None:
        """Return where a link ends that a line ends with; its address is nowhere in the source."""
        last = line.pieces[-2:]
        if len(last) <= 1 or line.kept or not (last[0].linked and last[1].made):
            return None
        end = _LINK_END.search(self.source, last[0].end)
        return end.end() if end else None

    def whole(self, line: Line, wanted: str) -> list[SourceEdit] | None:
        """Return the edits that put a whole line into its first piece which may be changed; None without one."""
        if line.kept:
            return None
        given = [piece for piece in line.pieces if not piece.made]
        first = next((piece for piece in given if not piece.linked), None)
        if first is None:
            return None
        made = line.pieces[0].text if line.pieces[0].made else ""
        text = wanted.removeprefix(made)
        return [self._edit(piece, text if piece is first else "", at_start=True) for piece in given]

    def _edit(self, piece: Piece, text: str, *, at_start: bool) -> SourceEdit:
        """Return the edit of one piece; blanks around it in the source stay."""
        source = self.source[piece.begin : piece.end]
        if self.dialect.keeps_blanks:
            return SourceEdit(piece.begin, piece.end, self.dialect.encoded(text))
        before, after = len(source) - len(source.lstrip()), len(source) - len(source.rstrip())
        html = self.dialect.encoded(text, at_start=at_start)
        return SourceEdit(piece.begin + before, piece.end - after, html)


def _typed_into(line: Line, place: int) -> int | None:
    """Return the number of the piece that text is typed into at a place of its line, rather none that is a link."""
    at = 0
    found: list[tuple[bool, int]] = []
    for number, piece in enumerate(line.pieces):
        if at <= place <= at + len(piece.text) and not piece.made and not piece.kept:
            found.append((piece.linked, number))
        at += len(piece.text)
    return min(found)[1] if found else None


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
