"""Subscriptions: what is watched, for how long, and what notifications say (providers/graph.md 2.1)."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from simulators.frame.store import times
from simulators.frame.store.errors import item_not_found
from simulators.microsoft.domain.errors import GraphError

Json = dict[str, Any]

LONGEST = timedelta(minutes=10_080)
SHORTEST = timedelta(minutes=45)
MAX_PER_MAILBOX = 1000
_MAX_STATE = 128
_CHANGES = frozenset({"created", "updated", "deleted"})
# The application and its creator, as the resource shows them.
_CREATOR = "8ee44408-0679-472c-bc2a-692812af3437"


@dataclass(slots=True)
class Subscription:
    """A live subscription of one account. `calendar`: the watched one, None for all of the mailbox."""

    id: str
    email: str
    client_id: str
    resource: str
    changes: tuple[str, ...]
    url: str
    lifecycle_url: str | None
    state: str | None
    expires: datetime
    immutable: bool
    calendar: str | None = None
    lists: bool = False
    paused: bool = False

    def shown(self) -> Json:
        """The subscription resource."""
        return {
            "id": self.id,
            "resource": self.resource,
            "applicationId": self.client_id,
            "changeType": ",".join(self.changes),
            "clientState": self.state,
            "notificationUrl": self.url,
            "lifecycleNotificationUrl": self.lifecycle_url,
            "expirationDateTime": times.offset(self.expires),
            "creatorId": _CREATOR,
            "includeResourceData": None,
            "latestSupportedTlsVersion": "v1_2",
            "notificationQueryOptions": None,
            "notificationUrlAppId": None,
            "encryptionCertificate": None,
            "encryptionCertificateId": None,
        }


@dataclass(slots=True)
class Subscriptions:
    """The live subscriptions by their ids."""

    live: dict[str, Subscription] = field(default_factory=dict)

    def check_free(self, wanted: Subscription, now: datetime) -> None:
        """409 for the same combination, 403 for too many."""
        self._expire(now)
        own = [one for one in self.live.values() if one.email == wanted.email]
        key = (wanted.client_id, wanted.resource.lower(), wanted.changes)
        for one in own:
            if (one.client_id, one.resource.lower(), one.changes) == key:
                message = f"Subscription Id {one.id} already exists for the requested combination"
                raise GraphError(409, "InvalidRequest", message)
        if len(own) >= MAX_PER_MAILBOX:
            raise GraphError(403, "ErrorExceededSubscriptionCount", "You have exceeded the subscription limit.")

    def get(self, subscription_id: str, email: str, client_id: str, now: datetime) -> Subscription:
        """A live subscription of the same user and client; 404 otherwise."""
        self._expire(now)
        found = self.live.get(subscription_id)
        if found is None or (found.email, found.client_id) != (email, client_id):
            raise item_not_found()
        return found

    def watching(self, owner: str, calendar: str, now: datetime) -> list[Subscription]:
        """Who is to be told of a change in a calendar; expired ones vanish here, in silence."""
        self._expire(now)
        return [
            one
            for one in self.live.values()
            if not (one.paused or one.lists)
            and (one.calendar == calendar or (one.calendar is None and one.email == owner))
        ]

    def listing(self, owner: str, change: str, now: datetime) -> list[Subscription]:
        """Who is to be told of a change in somebody's list of calendars."""
        self._expire(now)
        own = [one for one in self.live.values() if one.lists and one.email == owner]
        return [one for one in own if change in one.changes and not one.paused]

    def _expire(self, now: datetime) -> None:
        for one in [one for one in self.live.values() if one.expires <= now]:
            del self.live[one.id]


def new_id(rng: Random) -> str:
    """A subscription's id."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def changes_of(text: str | None) -> tuple[str, ...]:
    """The change types in a fixed order (400 for others)."""
    given = {one.strip() for one in (text or "").split(",")}
    if not given or not given <= _CHANGES:
        raise GraphError(400, "InvalidRequest", f"The value '{text}' of property 'changeType' is invalid.")
    return tuple(sorted(given))


def check(body: Json) -> None:
    """Refuse what Graph refuses in a new subscription."""
    for name in ("changeType", "notificationUrl", "resource", "expirationDateTime"):
        if not body.get(name):
            raise GraphError(400, "InvalidRequest", f"Required property '{name}' is missing.")
    if len(body.get("clientState") or "") > _MAX_STATE:
        raise GraphError(400, "InvalidRequest", "The clientState is longer than 128 characters.")


def expiry(text: str, now: datetime) -> datetime:
    """What was asked, at least 45 minutes and at most what Outlook allows; 400 for the past."""
    asked = times.instant_of(text)
    if asked <= now:
        raise GraphError(400, "InvalidRequest", "Subscription expiration must be in the future.")
    return min(max(asked, now + SHORTEST), now + LONGEST)
