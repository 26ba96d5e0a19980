"""Accounts and their calendar lists: what every new account has, roles, entries."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from simulators.google.domain.errors import not_found
from simulators.google.domain.events.calendar import Calendar

HOLIDAYS_ID = "en.usa#holiday@group.v.calendar.google.com"
CONTACTS_ID = "addressbook#contacts@group.v.calendar.google.com"
WRITERS = frozenset({"owner", "writer", "writerWithoutPrivateAccess"})


@dataclass(slots=True)
class Entry:
    """A calendar in somebody's list."""

    calendar: str
    role: str
    primary: bool = False
    hidden: bool = False
    selected: bool = True
    deleted: bool = False
    override: str | None = None
    seq: int = 0


@dataclass(slots=True)
class Account:
    """A Google account and its calendar list; `seq` counts the list's changes."""

    email: str
    name: str
    time_zone: str
    entries: dict[str, Entry] = field(default_factory=dict)
    seq: int = 0
    epoch: int = 0

    def entry(self, calendar_id: str) -> Entry:
        """The entry for an id or `primary`; 404 for anything else, deleted ones included."""
        found = self.entries.get(self.email if calendar_id == "primary" else calendar_id)
        if found is None or found.deleted:
            raise not_found()
        return found

    def keep(self, calendar_id: str, entry: Entry) -> None:
        """Note an entry as the list's newest change."""
        self.seq += 1
        entry.seq = self.seq
        self.entries[calendar_id] = entry


def new_account(email: str, name: str, time_zone: str, calendars: dict[str, Calendar]) -> Account:
    """An account with a primary, a second, a holidays and a contacts calendar."""
    account = Account(email, name, time_zone)
    group = f"c_{sha256(email.encode()).hexdigest()[:32]}@group.calendar.google.com"
    plan = (
        (Calendar(email, email, email, time_zone, email), "owner"),
        (Calendar(group, group, "Projects", time_zone, email), "owner"),
        (
            Calendar(
                HOLIDAYS_ID, HOLIDAYS_ID, "Holidays in United States", "America/New_York", HOLIDAYS_ID, watchable=False
            ),
            "reader",
        ),
        (
            Calendar(f"{email}/{CONTACTS_ID}", CONTACTS_ID, "Birthdays", time_zone, CONTACTS_ID, watchable=False),
            "reader",
        ),
    )
    for calendar, role in plan:
        kept = calendars.setdefault(calendar.key, calendar)
        account.keep(kept.id, Entry(kept.key, role, primary=kept.id == email))
    return account


def list_entry(entry: Entry, calendar: Calendar) -> dict[str, Any]:
    """The CalendarListEntry resource."""
    shown: dict[str, Any] = {
        "kind": "calendar#calendarListEntry",
        "etag": f'"{1_700_000_000_000_000 + entry.seq}"',
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": calendar.time_zone,
        "colorId": "14",
        "backgroundColor": "#9fe1e7",
        "foregroundColor": "#000000",
        "accessRole": entry.role,
        "defaultReminders": [{"method": "popup", "minutes": 30}] if entry.primary else [],
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    }
    optional = {
        "summaryOverride": entry.override,
        "description": calendar.description,
        "primary": entry.primary,
        "hidden": entry.hidden,
        "selected": entry.selected,
        "deleted": entry.deleted,
    }
    return shown | {name: value for name, value in optional.items() if value}


def calendar_resource(calendar: Calendar) -> dict[str, Any]:
    """The Calendar resource (calendars.get)."""
    shown = {
        "kind": "calendar#calendar",
        "etag": f'"{sha256(calendar.key.encode()).hexdigest()[:20]}"',
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": calendar.time_zone,
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    }
    return shown | ({"description": calendar.description} if calendar.description else {})
