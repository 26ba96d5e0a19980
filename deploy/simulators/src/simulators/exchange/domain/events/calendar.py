"""One calendar folder's state: its items, and the log of changes that SyncFolderItems and notifications read.

What the transport side (sync, push, pages) needs of it is here; how an item looks inside is the events' own affair.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

Change = Literal["created", "modified", "deleted", "moved"]


@dataclass(frozen=True, slots=True)
class Item:
    """A stored item: a single event, a series' master, or an exception of one.

    `master` and `day` (ISO) name an exception's series and original day. `change`: the change key's number.
    `born` and `seq`: the folder's count at the item's first and last change.
    """

    key: str
    folder: str
    master: str | None = None
    day: str | None = None
    change: int = 0
    deleted: bool = False
    born: int = 0
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """A change that subscribers may be told of. `key`: the single's or (also for occurrences) the master's.

    `to`: of a moved item, the key of the calendar that it is in now; `number`: of its change key.
    """

    change: Change
    key: str
    number: int
    to: str = ""


@dataclass(slots=True)
class Calendar:
    """A calendar folder. `seq` counts its changes; a sync state is a position in that count of that `epoch`."""

    key: str
    name: str
    owner: str
    watchable: bool = True
    deleted: bool = False
    epoch: int = 0
    seq: int = 0
    items: dict[str, Item] = field(default_factory=dict)
    log: list[tuple[int, str]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def put(self, item: Item, change: Change) -> Item:
        """Store the item as the newest change."""
        self.seq += 1
        stored = replace(item, folder=self.key, seq=self.seq, born=item.born or self.seq)
        self.items[item.key] = stored
        self.log.append((stored.seq, stored.key))
        self.notices.append(Notice(change, item.master or item.key, item.change))
        return stored

    def changed_since(self, seq: int) -> Iterator[Item]:
        """Return the items whose last change is later, oldest change first; deleted ones among them."""
        first = bisect_right(self.log, seq, key=lambda entry: entry[0])
        for number, key in self.log[first:]:
            if self.items[key].seq == number:
                yield self.items[key]

    def live(self) -> Iterator[Item]:
        """Return every item that is not deleted."""
        return (item for item in self.items.values() if not item.deleted)
