"""What an Exchange keeps beside its mailboxes: where items lie, what it will do by itself, whom it mailed."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from simulators.frame.domain.world import BaseWorld
from simulators.frame.store import times
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.mailboxes import BaseAccount

A = TypeVar("A", bound=BaseAccount)


@dataclass(frozen=True, slots=True)
class Bump:
    """A change key that Exchange will move by itself at `due`."""

    due: datetime
    calendar: str
    key: str


@dataclass(kw_only=True)
class StoreWorld(BaseWorld[A, Calendar]):
    """The state of a store. `changes` numbers every change key; `where` says which calendar holds an item."""

    where: dict[str, str] = field(default_factory=dict)
    bumps: list[Bump] = field(default_factory=list)
    changes: int = 0

    def next_change(self) -> int:
        """The number of the next change key."""
        self.changes += 1
        return self.changes

    def calendar_known_as(self, calendar_id: str | None) -> Calendar | None:
        """Return the calendar that has this id in anybody's mailbox."""
        for account in self.accounts.values():
            if calendar_id in account.entries:
                return self.calendars[account.entries[calendar_id].calendar]
        return None

    def mail(self, item: Item, what: str, now: datetime, told: AbstractSet[str]) -> None:
        """Note that Exchange mails those of an item's guests whom its organizer tells of it."""
        own = self.calendars[item.folder].owner
        guests = [guest["emailAddress"]["address"] for guest in item.fields["attendees"]]
        others = [guest for guest in [*guests, *sorted(told - set(guests))] if guest in told and guest != own]
        if others and item.fields["isOrganizer"]:
            self.mails.append(
                {
                    "at": times.stamp(now),
                    "what": what,
                    "event": item.key,
                    "subject": item.fields["subject"],
                    "to": others,
                }
            )
