"""The block of deal and contact information at the end of an event's description (F4): written, found, taken off.

Every line of it begins with a bar. So whatever people do around it, above it, below it or to a part of it, what is
left of the block is recognised line by line, and everything else is their text. Descriptions are text here: markup is
the connector's business (F6). Each text is gone through once, whatever is in it (invariant 6).
"""

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
    whole = f"{own.rstrip()}\n\n{block}" if own.strip() else block
    return whole if len(whole) <= ROOM else own


def strip(description: str, *, tidy: bool = False) -> str:
    """Return a description's text without what is left of a block in it.

    `tidy` takes off blank lines at the end even so: somebody deleted the block that stood there.
    """
    if _BAR not in description:
        return description.rstrip() if tidy else description
    lines = description.split("\n")
    kept = [own for line in lines if (own := _without_block(line)) == line or own.strip()]
    text = "\n".join(kept).rstrip()
    return text.lstrip() if _BAR in lines[0] else text


def found_in(description: str) -> str:
    """Return what is left of a block in a description; empty where there is none."""
    if _BAR not in description:
        return ""
    return "\n".join(line[line.index(_BAR) :].rstrip() for line in description.split("\n") if _BAR in line)


def _without_block(line: str) -> str:
    """Return a line without what is from a bar on, but with what somebody wrote right behind the end of the block."""
    kept: list[str] = []
    begin = 0
    while (bar := line.find(_BAR, begin)) >= 0:
        kept.append(line[begin:bar])
        end = line.find(_LAST, bar)
        if end < 0:
            return "".join(kept)
        begin = end + len(_LAST)
    return "".join([*kept, line[begin:]])


def _line(item: LinkedItemSummary) -> str:
    worth = "" if item.value is None else f"{item.value:.2f}".removesuffix(".00")
    details = [f"{worth} {item.currency or ''}", *item.emails[:_MOST_ADDRESSES], *item.phones[:_MOST_ADDRESSES]]
    words = ", ".join(filter(None, map(_plain, [item.name, *details])))
    line = f"{_BAR} {_LABELS[item.kind]}: {words}"
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…"


def _plain(value: str) -> str:
    """Return a value as one line that is neither markup nor a line of ours."""
    return " ".join(value.translate(_PLAIN).split())
