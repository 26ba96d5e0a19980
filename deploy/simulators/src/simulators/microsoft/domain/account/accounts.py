"""Accounts, work or personal, and the calendars in their mailboxes: what a new one has, roles, entries."""

import uuid
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Any, Literal

from simulators.frame.store import ids
from simulators.frame.store.calendar import Calendar
from simulators.frame.store.errors import item_not_found

Kind = Literal["work", "personal"]
Role = Literal["owner", "write", "read", "freeBusyRead"]
Json = dict[str, Any]

PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
WRITERS: frozenset[str] = frozenset({"owner", "write"})


@dataclass(slots=True)
class Entry:
    """A calendar in somebody's mailbox."""

    calendar: str
    role: Role
    default: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Account:
    """A mailbox with its owner; `entries` are its calendars by the ids that it sees."""

    email: str
    name: str
    time_zone: str
    kind: Kind
    user_id: str
    tenant: str
    entries: dict[str, Entry] = field(default_factory=dict)

    def entry(self, calendar_id: str) -> Entry:
        """The calendar of that id, or (`primary`) the default one; 404 for anything else."""
        found = self.default if calendar_id == "primary" else self.entries.get(calendar_id)
        if found is None or found.deleted:
            raise item_not_found()
        return found

    @property
    def default(self) -> Entry:
        """The default calendar."""
        return next(entry for entry in self.entries.values() if entry.default)

    def id_of(self, calendar: str) -> str | None:
        """The id under which the mailbox holds a calendar, if it does."""
        found = ids.folder_id(calendar, self.email)
        entry = self.entries.get(found)
        return found if entry and not entry.deleted else None

    def add(self, calendar: str, role: Role, *, default: bool = False) -> str:
        """Take a calendar in; returns its id."""
        calendar_id = ids.folder_id(calendar, self.email)
        self.entries[calendar_id] = Entry(calendar, role, default)
        return calendar_id


def new_account(email: str, name: str, time_zone: str, kind: Kind, rng: Random) -> tuple[Account, list[Calendar]]:
    """An account with a default, a second, a holidays and a birthdays calendar."""
    domain = email.rpartition("@")[2]
    tenant = PERSONAL_TENANT if kind == "personal" else str(uuid.uuid5(uuid.NAMESPACE_DNS, domain))
    user_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"mailto:{email}"))
    account = Account(email, name, time_zone, kind, user_id, tenant)
    plan: tuple[tuple[str, Role, bool], ...] = (
        ("Calendar", "owner", True),
        ("Projects", "owner", True),
        ("United States holidays", "read", False),
        ("Birthdays", "read", False),
    )
    calendars = []
    for title, role, watchable in plan:
        calendar = Calendar(ids.new_key(rng), title, email, watchable=watchable)
        account.add(calendar.key, role, default=title == "Calendar")
        calendars.append(calendar)
    return account, calendars


def shown_calendar(calendar_id: str, entry: Entry, calendar: Calendar, owner: Account) -> Json:
    """The calendar resource as its holder gets it."""
    own = entry.role == "owner"
    return {
        "id": calendar_id,
        "name": calendar.name,
        "color": "auto",
        "hexColor": "",
        "isDefaultCalendar": entry.default,
        "changeKey": sha256(f"{calendar.key} {calendar.name}".encode()).hexdigest()[:24],
        "canShare": own,
        "canViewPrivateItems": own,
        "canEdit": entry.role in WRITERS,
        "allowedOnlineMeetingProviders": [],
        "defaultOnlineMeetingProvider": "unknown",
        "isTallyingResponses": entry.default,
        "isRemovable": own and not entry.default,
        "owner": {"name": owner.name, "address": owner.email},
    }
