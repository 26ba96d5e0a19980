"""What a conditional write must know of the event that it changes; it travels where other providers have an etag.

Beside Exchange's own it holds what the answer to a write does not repeat, and what would come of the write: Exchange
lets a guest change but his own copy, and through Graph it mails the guests of a meeting with every change (I2).
"""

from dataclasses import dataclass
from typing import Literal, Self, cast

Standing = Literal["own", "guests", "foreign"]
_STANDINGS = {"own", "guests", "foreign"}


@dataclass(frozen=True)
class EventVersion:
    """An event's etag (at EWS its change key), whose it is, and the zone that we wrote last."""

    etag: str
    standing: Standing = "own"
    zone: str | None = None

    @classmethod
    def parsed(cls, text: str) -> Self:
        """Return the version that a text stands for; a bare etag is one of an event without guests."""
        etag, standing, zone = (*text.split("|"), "", "")[:3]
        return cls(etag, cast("Standing", standing) if standing in _STANDINGS else "own", zone or None)

    def __str__(self) -> str:
        return "|".join((self.etag, self.standing, self.zone or ""))
