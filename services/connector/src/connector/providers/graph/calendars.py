"""Which calendars of the account can be synced, and why the others cannot (A5)."""

from collections.abc import Mapping
from typing import Any

from connector.domain.provider import CalendarInfo

_READ_ONLY = "You may only read this calendar."  # holidays, birthdays, subscribed and shared ones alike


def read_calendar(raw: Mapping[str, Any]) -> CalendarInfo:
    """Return a calendar as a choice for the user.

    Its zone is UTC: Graph's calendars have none, and the mailbox's own is not ours to read (MailboxSettings.Read).
    """
    writable = bool(raw.get("canEdit"))
    return CalendarInfo(
        id=raw["id"],
        name=raw.get("name") or raw["id"],
        primary=bool(raw.get("isDefaultCalendar")),
        timezone="UTC",
        selectable=writable,
        reason=None if writable else _READ_ONLY,
    )
