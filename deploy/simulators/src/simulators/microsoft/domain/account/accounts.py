"""Accounts, work or personal, and the calendars in their mailboxes: what a new one has, roles, entries."""

import uuid
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any, Literal

from simulators.frame.store import ids
from simulators.frame.store.calendar import Calendar
from simulators.frame.store.errors import item_not_found
from simulators.frame.store.mailboxes import WRITERS, BaseAccount, Entry, Role

Kind = Literal["work", "personal"]
Json = dict[str, Any]

PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"


@dataclass(slots=True)
class Account(BaseAccount):
    """A mailbox, work or personal."""

    kind: Kind
    user_id: str
    tenant: str

    folder_id = staticmethod(ids.folder_id)
    not_found = staticmethod(item_not_found)


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
