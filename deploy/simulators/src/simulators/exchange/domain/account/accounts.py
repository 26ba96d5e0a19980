"""Accounts with their passwords, and the calendar folders of their mailboxes."""

from dataclasses import dataclass, field
from random import Random
from typing import Literal

from simulators.exchange.domain import ids
from simulators.exchange.domain.errors import folder_not_found
from simulators.frame.store.calendar import Calendar

Role = Literal["owner", "write", "read", "freeBusyRead"]
PASSWORD = "sandbox"  # noqa: S105 - the simulator's own
#: Wrong passwords in a row that lock an account (the value of Microsoft's security baseline).
LOCKED_AFTER = 10
WRITERS: frozenset[str] = frozenset({"owner", "write"})


@dataclass(slots=True)
class Entry:
    """A calendar folder in somebody's mailbox; `change` numbers the folder's change key."""

    calendar: str
    role: Role
    default: bool = False
    deleted: bool = False
    top: bool = False


@dataclass(slots=True)
class Account:
    """A mailbox with its owner; `entries` are its calendar folders by the ids that it sees. `time_zone`: IANA.

    `refused`: wrong passwords since the last right one; from `LOCKED_AFTER` on not even the right one is taken.
    """

    email: str
    name: str
    time_zone: str
    password: str = PASSWORD
    entries: dict[str, Entry] = field(default_factory=dict)
    refused: int = 0

    def takes(self, password: str) -> bool:
        """Whether a password opens the mailbox now; wrong ones are counted, as Active Directory does."""
        right = password == self.password
        if right and not self.is_locked:
            self.refused = 0
        elif not right:
            self.refused += 1
        return right and not self.is_locked

    @property
    def is_locked(self) -> bool:
        """Whether there were too many wrong passwords: an administrator has to set a new one."""
        return self.refused >= LOCKED_AFTER

    def entry(self, calendar_id: str) -> Entry:
        """Return the folder of that id, or (`primary`) the calendar that every mailbox has."""
        found = self.default if calendar_id == "primary" else self.entries.get(calendar_id)
        if found is None or found.deleted:
            raise folder_not_found()
        return found

    @property
    def default(self) -> Entry:
        """The mailbox's own calendar."""
        return next(entry for entry in self.entries.values() if entry.default)

    def id_of(self, calendar: str) -> str | None:
        """Return the id under which the mailbox holds a calendar, if it does."""
        found = ids.folder_id(calendar, self.email)
        entry = self.entries.get(found)
        return found if entry and not entry.deleted else None

    def add(self, calendar: str, role: Role, *, default: bool = False) -> str:
        """Take a calendar in; return its id."""
        calendar_id = ids.folder_id(calendar, self.email)
        self.entries[calendar_id] = Entry(calendar, role, default)
        return calendar_id


def new_account(email: str, name: str, time_zone: str, password: str, rng: Random) -> tuple[Account, list[Calendar]]:
    """Return an account with its calendar and a second one below it."""
    account = Account(email, name, time_zone, password)
    plan: tuple[tuple[str, Role], ...] = (("Calendar", "owner"), ("Projects", "owner"))
    calendars = []
    for title, role in plan:
        calendar = Calendar(ids.new_key(rng), title, email)
        account.add(calendar.key, role, default=title == "Calendar")
        calendars.append(calendar)
    return account, calendars
