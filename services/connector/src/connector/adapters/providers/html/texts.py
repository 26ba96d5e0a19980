"""What HTML can hold of a text, and how a text is written as HTML (F6)."""

import re
from html import escape

from connector.domain.provider.texts import lines

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_AFTER_BLANK = re.compile(r"(?:^| ) +| $")
HARD = "\u00a0"
"""The blank that browsers neither collapse nor leave out."""
_TAB = " " * 4


def plain(text: str) -> str:
    """Return what HTML can hold of a text.

    It knows no tabs, and no blanks at the ends of lines and of the whole that anybody could see.
    """
    clean = _CONTROLS.sub("", lines(text).replace("\t", _TAB).replace(HARD, " "))
    return "\n".join(line.rstrip(" ") for line in clean.split("\n")).strip("\n")


def escaped(text: str) -> str:
    """Return a text with `&`, `<`, `>` and hard blanks as entities."""
    return escape(text, quote=False).replace(HARD, "&nbsp;")


def hardened(line: str, *, at_start: bool = True) -> str:
    """Return a line whose blanks survive: of several, and at its start, browsers show but one or none."""
    return _AFTER_BLANK.sub(lambda found: _hard(found[0], at_start=at_start and found.start() == 0), line)


def _hard(blanks: str, *, at_start: bool) -> str:
    return HARD * len(blanks) if at_start else " " + HARD * (len(blanks) - 1)
