"""Which calendars of the account can be synced, and why the others cannot (A5)."""

from collections.abc import Mapping
from typing import Any

from connector.domain.provider.port import CalendarInfo
from connector.domain.provider.zones import iana_zone

# writerWithoutPrivateAccess too: private events of others come without details there, as `private` shows them anyway.
_WRITERS = {"owner", "writer", "writerWithoutPrivateAccess"}
_SECONDARY = "calendar.google.com"
_GOOGLES_OWN = {
    "#holiday@": "Google's holiday calendars cannot be changed.",
    "#contacts@": "The calendar of birthdays cannot be changed.",
    "#weeknum@": "The calendar of week numbers cannot be changed.",
    "@group.v.calendar.google.com": "This calendar is filled by Google and cannot be changed.",
    "@import.calendar.google.com": "A calendar subscribed by its address cannot be changed.",
}


def read_calendar(raw: Mapping[str, Any], account: str | None = None) -> CalendarInfo:
    """Return a calendarList entry as a choice for the user; `account`: the address of whose list it is.

    `dataOwner` is told of secondary calendars alone; the id of a primary one is its owner's address.
    """
    reason = _refusal(raw)
    primary_of = None if raw["id"].endswith(_SECONDARY) else raw["id"]
    owner = raw.get("dataOwner") or primary_of or (account if raw.get("accessRole") == "owner" else None)
    return CalendarInfo(
        id=raw["id"],
        name=raw.get("summaryOverride") or raw.get("summary") or raw["id"],
        primary=bool(raw.get("primary")),
        timezone=iana_zone(raw.get("timeZone") or "UTC") or "UTC",
        selectable=reason is None,
        reason=reason,
        identity=f"google:{raw['id']}",
        owner=owner,
    )


def _refusal(raw: Mapping[str, Any]) -> str | None:
    if raw.get("deleted"):
        return "This calendar is deleted."
    for part, reason in _GOOGLES_OWN.items():
        if part in raw["id"]:
            return reason
    return None if raw.get("accessRole") in _WRITERS else "You may only read this calendar."
