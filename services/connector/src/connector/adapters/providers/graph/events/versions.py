"""What a conditional write must know of the event that it changes; it travels where other providers have an etag.

Beside Exchange's etag it holds what the answer to a write does not repeat, and what would come of the write: Exchange
mails the guests of a meeting whenever its organizer changes it (I2), and lets a guest change but his own copy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, cast

Standing = Literal["own", "guests", "foreign"]
_STANDINGS = {"own", "guests", "foreign"}


@dataclass(frozen=True)
class EventVersion:
    """An event's etag, whose it is, and the zone that we wrote last."""

    etag: str
    standing: Standing = "own"
    zone: str | None = None

    @classmethod
    def of(cls, raw: Mapping[str, Any], zone: str | None) -> Self:
        """Return the version of an event as it was read."""
        return cls(_etag(raw), standing_of(raw), zone)

    @classmethod
    def parsed(cls, text: str) -> Self:
        """Return the version that a text stands for; a bare etag is one of an event without guests."""
        etag, standing, zone = (*text.split("|"), "", "")[:3]
        return cls(etag, cast("Standing", standing) if standing in _STANDINGS else "own", zone or None)

    def __str__(self) -> str:
        return "|".join((self.etag, self.standing, self.zone or ""))


def _etag(raw: Mapping[str, Any]) -> str:
    """Return the etag, which is made of the change key; empty where neither is shown: nothing to set a condition on."""
    shown, key = raw.get("@odata.etag"), raw.get("changeKey")
    return str(shown or (f'W/"{key}"' if key else ""))


def standing_of(raw: Mapping[str, Any]) -> Standing:
    """Return whose an event is: the user's own, his own with guests (rooms get mail too), or somebody else's."""
    if not raw.get("isOrganizer", True):
        return "foreign"
    return "guests" if raw.get("attendees") else "own"
