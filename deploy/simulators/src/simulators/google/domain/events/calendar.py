"""One calendar's state: its rows, their change log, and the look-ups that must not scan."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A stored event (single, master or exception) and the change that wrote it last."""

    event: Event
    seq: int


@dataclass(slots=True)
class Calendar:
    """A calendar. `seq` counts its changes; a sync token is a position in that count."""

    key: str
    id: str
    summary: str
    time_zone: str
    owner: str
    watchable: bool = True
    description: str | None = None
    deleted: bool = False
    epoch: int = 0
    seq: int = 0
    rows: dict[str, Row] = field(default_factory=dict)
    children: dict[str, set[str]] = field(default_factory=dict)
    by_uid: dict[str, set[str]] = field(default_factory=dict)
    by_private: dict[str, set[str]] = field(default_factory=dict)
    memo: dict[str, tuple[int, list[Event]]] = field(default_factory=dict)
    log: list[tuple[int, str]] = field(default_factory=list)

    def get(self, event_id: str) -> Event | None:
        """The stored event, if there is such a row."""
        row = self.rows.get(event_id)
        return row.event if row else None

    def put(self, event: Event) -> Event:
        """Store the event as the newest change."""
        old = self.get(event["id"])
        self.seq += 1
        self.restore(Row(event, self.seq), old)
        if len(self.log) > 2 * len(self.rows) + 1000:
            self.log = [entry for entry in self.log if self.rows[entry[1]].seq == entry[0]]
        return event

    def restore(self, row: Row, old: Event | None = None) -> None:
        """Take a row in with its own number, as `put` and a snapshot do."""
        if old is not None:
            for name in _private(old):
                self.by_private[name].discard(old["id"])
        event = row.event
        self.rows[event["id"]] = row
        self.log.append((row.seq, event["id"]))
        self.by_uid.setdefault(event["iCalUID"], set()).add(event["id"])
        if "recurringEventId" in event:
            self.children.setdefault(event["recurringEventId"], set()).add(event["id"])
        for name in _private(event):
            self.by_private.setdefault(name, set()).add(event["id"])

    def changed_since(self, seq: int) -> Iterator[Row]:
        """The rows whose last change is later, oldest change first."""
        first = bisect_right(self.log, seq, key=lambda entry: entry[0])
        for position in range(first, len(self.log)):
            number, event_id = self.log[position]
            row = self.rows[event_id]
            if row.seq == number:
                yield row

    def exceptions(self, master_id: str) -> list[Event]:
        """The stored instances of a series, also the cancelled ones."""
        return [self.rows[one].event for one in sorted(self.children.get(master_id, ()))]


def _private(event: Event) -> list[str]:
    properties = event.get("extendedProperties", {}).get("private", {})
    return [f"{name}={value}" for name, value in properties.items()]
