"""What can go wrong at a calendar provider, by what we do about it.

Transient            try again: time-outs, 5xx
  Throttled          ... after `retry_after`; the connection's work is parked, its partition is not
  ConnectionLost     ... at once: the connection broke under a write, which may have arrived
Rejected             never succeeds as asked
  PreconditionFailed the item changed since we read it: read it anew
  AlreadyExists      what is to be created is there already
  Missing            the item is not there (deleted, or not visible: only a tombstone proves a deletion)
  Forbidden          the user may not do this to this item
  WatchRefused       the provider does not push for this calendar: poll
NeedsUser
  NeedsReauth        the grant is gone: the user signs in again
    CredentialUnreadable ... or what we keep of it cannot be opened: its key is not configured any more
  CalendarUnavailable the calendar itself is gone or no longer ours to read
ResyncNeeded         the cursor is no longer good: read the window anew and merge
"""

from chassis.errors import NeedsUser, Rejected, ResyncNeeded, Transient

__all__ = [
    "AlreadyExists",
    "CalendarUnavailable",
    "ConnectionLost",
    "CredentialUnreadable",
    "Forbidden",
    "Missing",
    "NeedsReauth",
    "NeedsUser",
    "PreconditionFailed",
    "Rejected",
    "ResyncNeeded",
    "Throttled",
    "Transient",
    "WatchRefused",
]


class Throttled(Transient):
    """The provider asks us to slow down; `retry_after` in seconds where it said how long."""


class ConnectionLost(Transient):
    """The connection broke under a write: look whether it arrived, then write again."""


class PreconditionFailed(Rejected):
    """412: the etag we hold is not the item's any more."""


class AlreadyExists(Rejected):
    """An item, or its tombstone, is there already; `event_id` where its id is not the key that was given."""

    def __init__(self, code: str, detail: str = "", *, event_id: str | None = None) -> None:
        super().__init__(code, detail)
        self.event_id = event_id


class Missing(Rejected):
    """404 or 410 on an item."""


class Forbidden(Rejected):
    """403 that is no rate limit."""


class WatchRefused(Rejected):
    """The provider does not push for this calendar."""


class NeedsReauth(NeedsUser):
    """The grant was revoked or has expired."""


class CredentialUnreadable(NeedsReauth):
    """What is kept of the account is sealed under a key that is not configured, or under another one of its name."""

    CODE = "credential_key_lost"

    def __init__(self, key_id: str) -> None:
        super().__init__(self.CODE, f"the account must be signed in again: the key {key_id!r} that seals it is missing")


class CalendarUnavailable(NeedsUser):
    """The calendar is gone, or no longer shared with the account."""
