"""The block of deal and contact information at the end of an event's description (F4): written, found, taken off.

Every line of it begins with a bar. So whatever people do around it, above it, below it or to a part of it, what is
left of the block is recognised line by line, and everything else is their text.
"""

import re
from collections.abc import Iterable
from typing import Final

from contracts.activities import LinkedItemKind, LinkedItemSummary

_BAR: Final = "┃·"
_FIRST: Final = f"{_BAR} From the CRM"
_LAST: Final = f"{_BAR} End of what the CRM says"
_LABELS: Final[dict[LinkedItemKind, str]] = {
    "deal": "Deal",
    "lead": "Lead",
    "person": "Contact",
    "organization": "Organization",
}

ROOM: Final = 8192
"""The smallest limit of a provider for a description; a block that does not fit is left out, never the text."""

_PLAIN = str.maketrans("<>┃", "()|")
_MOST_ITEMS, _MOST_ADDRESSES, _LONGEST_LINE = 20, 5, 300

# Google's web editor ends lines with <br> and wraps paragraphs; a block's line ends there too.
_OWN_LINE = re.compile(rf"{_BAR}(?:(?!<br|</p|</div|\n).)*", re.IGNORECASE)
_BREAK = re.compile(r"(\n|<br\s*/?>)", re.IGNORECASE)
_TRAILING = re.compile(r"(?:\s|<br\s*/?>)+$", re.IGNORECASE)
_LEADING = re.compile(r"^(?:\s|<br\s*/?>)+", re.IGNORECASE)


def block_of(items: Iterable[LinkedItemSummary], user_id: str) -> str:
    """Return the block about these items; empty where there is nothing that the user may see (G1).

    The mapper does not know who is in which group, so an item for a group is shown to its owner alone.
    """
    shown = [item for item in items if item.visible_to == "everyone" or item.owner_id == user_id]
    lines = [_line(item) for item in shown[:_MOST_ITEMS]]
    return "\n".join([_FIRST, *lines, _LAST]) if lines else ""


def with_block(text: str, block: str) -> str:
    """Return a description: the text, without any block that is in it, and this block after it."""
    own = strip(text)
    if not block:
        return own
    whole = f"{_TRAILING.sub('', own)}\n\n{block}" if own.strip() else block
    return whole if len(whole) <= ROOM else own


def strip(description: str, *, tidy: bool = False) -> str:
    """Return a description's text without what is left of a block in it.

    `tidy` takes off blank lines at the end even so: somebody deleted the block that stood there.
    """
    if _BAR not in description:
        return _TRAILING.sub("", description) if tidy else description
    kept: list[str] = []
    parts = [*_BREAK.split(description), ""]
    for line, end in zip(parts[::2], parts[1::2], strict=True):
        own = _OWN_LINE.sub(_after_last, line)
        if own == line or own.strip():
            kept.append(own + end)
    text = _TRAILING.sub("", "".join(kept))
    return _LEADING.sub("", text) if _BAR in parts[0] else text


def found_in(description: str) -> str:
    """Return what is left of a block in a description; empty where there is none."""
    return "\n".join(line.rstrip() for line in _OWN_LINE.findall(description))


def _after_last(line: re.Match[str]) -> str:
    """Return what somebody wrote right behind the block, on its last line."""
    return _OWN_LINE.sub(_after_last, line[0].partition(_LAST)[2])


def _line(item: LinkedItemSummary) -> str:
    worth = "" if item.value is None else f"{item.value:.2f}".removesuffix(".00")
    details = [f"{worth} {item.currency or ''}", *item.emails[:_MOST_ADDRESSES], *item.phones[:_MOST_ADDRESSES]]
    words = ", ".join(filter(None, map(_plain, [item.name, *details])))
    line = f"{_BAR} {_LABELS[item.kind]}: {words}"
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…"


def _plain(value: str) -> str:
    """Return a value as one line that is neither markup nor a line of ours."""
    return " ".join(value.translate(_PLAIN).split())
