"""Which calendars of the account can be synced, and why the others cannot (A5)."""

from collections.abc import Mapping
from typing import Any

from connector.domain.provider.port import CalendarInfo

_READ_ONLY = "You may only read this calendar."  # holidays, birthdays, subscribed and shared ones alike


def read_calendar(raw: Mapping[str, Any], zone: str) -> CalendarInfo:
    """Return a calendar as a choice for the user; its zone is the mailbox's, since it has none of its own.

    A shared calendar has another id in every mailbox: what they have in common is the owner, who may have several.
    """
    owner = str((raw.get("owner") or {}).get("address") or "") or None
    writable = raw.get("canEdit") is not False  # where it is not told, the first write will tell
    return CalendarInfo(
        id=raw["id"],
        name=raw.get("name") or raw["id"],
        primary=bool(raw.get("isDefaultCalendar")),
        timezone=zone,
        selectable=writable,
        reason=None if writable else _READ_ONLY,
        identity=f"microsoft:{owner.casefold()}" if owner else "",
        owner=owner,
    )
