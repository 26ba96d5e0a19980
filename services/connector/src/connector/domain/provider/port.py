"""What the connector asks of a calendar provider; what it gets back is in `connector.domain.provider.items`.

One implementation per provider lives in `connector.adapters.providers`; one contract suite runs against them all.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from connector.domain.provider.items import Item, Page
from connector.domain.provider.login import Login
from contracts.calendar_objects import EventChanges, Marker


@dataclass(frozen=True)
class Account:
    """Who signed in. `id` is the provider's own and stays the same when the account is connected again.

    `addresses` are others of the same account, by which its user may know it.
    """

    id: str
    email: str
    addresses: tuple[str, ...] = ()

    def has(self, address: str) -> bool:
        """Whether the account goes by this address; case is no difference."""
        return address.casefold() in {one.casefold() for one in (self.email, *self.addresses)}


@dataclass(frozen=True)
class CalendarInfo:
    """A calendar of the account; what cannot be selected says why (A5).

    `identity`: what it is known by in every account that sees it (A10), see `Traits.identity_is_exact`. `owner`: the
    address of the account that it belongs to, where the provider tells it.
    """

    id: str
    name: str
    primary: bool
    timezone: str
    selectable: bool
    reason: str | None = None
    identity: str = ""
    owner: str | None = None


@dataclass(frozen=True)
class NewEvent:
    """An event to create.

    `key` is derived from the link, so that creating it twice finds it there; a provider that takes ids from clients
    takes it for the id. `unsure`: an earlier try of the same may have arrived. `tried_at`: when it was tried first.
    """

    key: str
    content: EventChanges
    marker: Marker
    unsure: bool = False
    tried_at: datetime | None = None


@dataclass(frozen=True)
class WatchRequest:
    """A push channel to open; id and secret token are ours, known before the provider is called."""

    id: str
    token: str
    address: str


@dataclass(frozen=True)
class Watch:
    """An open push channel: our id of it, the provider's, and the expiration that the provider really gave.

    `silence`: where a provider gives no expiration but signs of life, how long one may be missing; without it for that
    long the channel is gone. The first one comes at once.
    """

    id: str
    resource_id: str
    expires_at: datetime
    silence: timedelta | None = None


@dataclass(frozen=True)
class Traits:
    """How a provider reports things, where that is not the same for all.

    `series_by_master`: what becomes of single occurrences is in their master alone, and a deleted series may be
    reported by ids that nobody knows. `identity_is_exact`: calendars of the same identity are the same one.
    `hides_what_came_and_went`: what was created and deleted again between two reads is in neither, be it
    ours or known from a read that was broken off.
    """

    series_by_master: bool = False
    identity_is_exact: bool = True
    hides_what_came_and_went: bool = False


class Access(Protocol):
    """A connection's way to a valid access token, or to the login where the provider takes a password."""

    @property
    def mailbox(self) -> str:
        """What tells accounts apart where a provider limits calls per account."""

    async def token(self) -> str:
        """Return an access token, refreshed when it is about to expire.

        Raises NeedsReauth where the grant is gone, Transient where the token endpoint does not answer.
        """

    async def renew(self) -> str:
        """Return a token newer than the last: the provider answered 401 to it."""

    async def login(self) -> Login:
        """Return what the account signs in with. NeedsReauth where there is none, or where it was refused."""

    async def login_refused(self) -> None:
        """Note that the provider refused the login: it is not tried again, or the account would be locked."""


class CalendarProvider(Protocol):
    """Every method raises the errors of `connector.domain.provider.errors` and no others."""

    @property
    def traits(self) -> Traits:
        """What the rest must know of how this provider reports things."""

    async def account(self, access: Access) -> Account:
        """Return who signed in."""

    async def calendars(self, access: Access) -> tuple[CalendarInfo, ...]:
        """Return the account's calendars, the primary one first."""

    def changes(
        self, access: Access, calendar_id: str, cursor: str | None, since: datetime, until: datetime
    ) -> AsyncIterator[Page]:
        """Yield what changed after `cursor`; without one, at least everything between `since` and `until`.

        Raises ResyncNeeded, also between pages, when the cursor is no longer good, or does not reach to `until`.
        """

    async def read(self, access: Access, calendar_id: str, event_id: str) -> Item:
        """Return one item as it is now: EventRemoved only on proof; Missing where the provider does not know it."""

    async def create(self, access: Access, calendar_id: str, new: NewEvent, *, invite: bool) -> Item:
        """Create the event; the item is the write's own answer. Raises AlreadyExists, with its id if not the key."""

    async def update(
        self,
        access: Access,
        calendar_id: str,
        event_id: str,
        changes: EventChanges,
        marker: Marker,
        *,
        etag: str | None,
        invite: bool,
    ) -> Item:
        """Change only the given fields (and the marker). Raises PreconditionFailed, Missing, Forbidden."""

    async def delete(self, access: Access, calendar_id: str, event_id: str, *, etag: str | None, invite: bool) -> None:
        """Delete the event; Missing where it is deleted already."""

    async def watch(self, access: Access, calendar_id: str, request: WatchRequest) -> Watch:
        """Open a push channel. Raises WatchRefused."""

    async def prolong(self, access: Access, watch: Watch) -> Watch | None:
        """Return an open channel with a later end; None where the provider opens a new one instead.

        Raises Missing where the channel is gone.
        """

    async def unwatch(self, access: Access, watch: Watch) -> None:
        """Close a push channel; one that is gone already is no error."""

    def key_of(self, account_key: str, activity_id: str, calendar_id: str, generation: int) -> str:
        """Return the derived key of an event born from an activity."""

    def occurrence_id(self, series_id: str, original_start: str) -> str:
        """Return the id by which `read` knows an occurrence; `original_start` as in `contracts.Occurrence`."""
