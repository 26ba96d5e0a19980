"""One calendar's state: its items, their two change logs, and the look-ups that must not scan.

The two logs are two views of the same changes: `log` (masters bear what happens to their occurrences), as
`events/delta` and SyncFolderItems show it, and `view_log` (a cancelled occurrence leaves no trace), as
`calendarView/delta` does.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from simulators.frame.store.times import Moment

Json = dict[str, Any]
Change = Literal["created", "updated", "deleted"]


@dataclass(frozen=True, slots=True)
class Item:
    """A stored item: a single event, a series' master, or an exception of one.

    `fields` are properties as they are shown; what depends on who asks is kept beside them. `day` is the original
    day of an exception, `cancelled` the days without occurrence of a master. `change` is the change key's number.
    `uid`: the UID that a client gave it; `sent`: whether its guests were mailed. `born` and `seq`: the calendar's
    count at the first and the last change.
    """

    key: str
    folder: str
    start: Moment
    end: Moment
    fields: Json
    body: str = ""
    recurrence: Json | None = None
    master: str | None = None
    day: str | None = None
    original: str | None = None
    cancelled: tuple[str, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)
    transaction: str | None = None
    created: str = ""
    modified: str = ""
    change: int = 0
    deleted: bool = False
    uid: str | None = None
    sent: bool = False
    born: int = 0
    seq: int = 0
    view_seq: int = 0

    @property
    def is_series(self) -> bool:
        """Whether it is a master."""
        return self.recurrence is not None


@dataclass(frozen=True, slots=True)
class Notice:
    """A change that subscribers may be told of. `key`: the single's or (also for occurrences) the master's.

    `number`: of its change key. `away` and `home`: of a moved item, the calendar that it went to or came from, and
    `became`: the key that it has there.
    """

    change: Change
    key: str
    day: str | None
    number: int
    away: str = ""
    home: str = ""
    became: str = ""


@dataclass(slots=True)
class Calendar:
    """A calendar. `seq` counts its changes; a delta token is a position in that count."""

    key: str
    name: str
    owner: str
    watchable: bool = True
    deleted: bool = False
    epoch: int = 0
    seq: int = 0
    items: dict[str, Item] = field(default_factory=dict)
    children: dict[str, dict[str, str]] = field(default_factory=dict)
    by_property: dict[str, set[str]] = field(default_factory=dict)
    by_transaction: dict[str, str] = field(default_factory=dict)
    log: list[tuple[int, str]] = field(default_factory=list)
    view_log: list[tuple[int, str]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    memo: tuple[object, list[Item]] = (None, [])

    def put(self, item: Item, change: Change, *, in_view: bool = True, **moved: str) -> Item:
        """Store the item as the newest change; `in_view` False keeps it out of the view's log.

        `moved`: what the notice says of a moved item (`away` and `became`, or `home`).
        """
        self.seq += 1
        old = self.items.get(item.key)
        view_seq = self.seq if in_view else (old.view_seq if old else 0)
        back = old is not None and old.deleted and not item.deleted and item.master is None
        born = old.born if old and not back else self.seq
        stored = replace(item, folder=self.key, born=born, seq=self.seq, view_seq=view_seq)
        self.restore(stored, old)
        self.notices.append(
            Notice("created" if back else change, item.master or item.key, item.day, item.change, **moved)
        )
        self._compact()
        return stored

    def restore(self, item: Item, old: Item | None = None) -> None:
        """Take an item in with its own numbers, as `put` and a snapshot do."""
        if old is not None:
            for name in _names(old):
                self.by_property[name].discard(old.key)
        self.items[item.key] = item
        self.log.append((item.seq, item.key))
        if item.view_seq and (old is None or item.view_seq != old.view_seq):
            self.view_log.append((item.view_seq, item.key))
        self._index(item)

    def _index(self, item: Item) -> None:
        if item.master is not None and item.day is not None:
            days = self.children.setdefault(item.master, {})
            if item.deleted:
                days.pop(item.day, None)
            else:
                days[item.day] = item.key
        for name in () if item.deleted else _names(item):
            self.by_property.setdefault(name, set()).add(item.key)
        if item.transaction and not item.deleted:
            self.by_transaction[item.transaction] = item.key

    def forget(self, key: str, away: str, became: str) -> None:
        """Take an item out without a trace in the indexes (it moves to another calendar); a tombstone stays."""
        self.put(replace(self.items[key], deleted=True), "deleted", away=away, became=became)

    def exceptions(self, master: str) -> list[Item]:
        """The changed occurrences of a series, by their original days."""
        return [self.items[key] for _, key in sorted(self.children.get(master, {}).items())]

    def changed_since(self, seq: int, *, view: bool = False) -> Iterator[Item]:
        """The items whose last change is later, oldest change first."""
        log = self.view_log if view else self.log
        first = bisect_right(log, seq, key=lambda entry: entry[0])
        for position in range(first, len(log)):
            number, key = log[position]
            item = self.items[key]
            if number == (item.view_seq if view else item.seq):
                yield item

    def live(self) -> Iterator[Item]:
        """Every item that is not deleted."""
        return (item for item in self.items.values() if not item.deleted)

    def _compact(self) -> None:
        if len(self.log) > 2 * len(self.items) + 1000:
            self.log = [entry for entry in self.log if self.items[entry[1]].seq == entry[0]]
            self.view_log = [entry for entry in self.view_log if self.items[entry[1]].view_seq == entry[0]]


def _names(item: Item) -> list[str]:
    return [property_name(name, value) for name, value in item.properties.items()]


def property_name(name: str, value: str) -> str:
    """How a property is looked up: the name counts as it is written, the value's case does not."""
    return f"{name}={value.casefold()}"
