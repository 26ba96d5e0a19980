"""What SyncFolderItems shows of a folder's changes, page by page.

Singles and masters only: what happens to an occurrence is an Update of its master.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from simulators.exchange.domain.sync.states import Place
from simulators.frame.store.calendar import Calendar, Item

Kind = Literal["Create", "Update", "Delete", "ReadFlagChange"]


@dataclass(frozen=True, slots=True)
class Change:
    """A row of a page."""

    kind: Kind
    item: Item


@dataclass(frozen=True, slots=True)
class Quirks:
    """The traps that touch one page, already drawn."""

    repeat: bool = False
    ghost: bool = False
    read_flags: bool = False
    half: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page, the place after them, and whether it is the last one for now."""

    changes: list[Change]
    place: Place
    last: bool


def page(calendar: Calendar, place: Place, most: int, quirks: Quirks) -> Page:
    """Return the next page after a place."""
    rows: list[Change] = []
    seen: set[str] = set()
    at = place.at
    most = max(1, most // 2) if quirks.half else most
    for item in calendar.changed_since(place.at):
        bearer = calendar.items[item.master] if item.master else item
        found = [] if bearer.key in seen else list(_rows(bearer, place, quirks))
        if rows and len(rows) + len(found) > most:
            return Page(rows, replace(place, at=place.at if quirks.repeat else at), last=False)
        seen.add(bearer.key)
        rows += found
        at = item.seq
    return Page(rows, replace(place, at=calendar.seq, since=calendar.seq), last=True)


def _rows(item: Item, place: Place, quirks: Quirks) -> Iterator[Change]:
    new = item.born > (place.since or 0)
    if item.deleted:
        yield from _gone(item, place, quirks, new=new)
        return
    yield Change("Create" if new else "Update", item)
    if quirks.read_flags:
        yield Change("ReadFlagChange", item)


def _gone(item: Item, place: Place, quirks: Quirks, *, new: bool) -> Iterator[Change]:
    """A deleted item: not what came and went between two rounds, unless a trap shows that too."""
    first_round = place.since is None and item.seq <= place.begun
    if first_round:
        return
    if not new or place.since is None:
        yield Change("Delete", item)
    elif quirks.ghost:
        yield Change("Create", item)
        yield Change("Delete", item)
