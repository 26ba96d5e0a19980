"""Sealing credentials anew under the first key, while they are in use: by a job, and page by page for an operator."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import structlog

from chassis.clock import Clock
from chassis.encryption import Cipher
from chassis.errors import Rejected
from connector.adapters.collections import Credentials, Stores
from connector.adapters.credentials import token_context
from connector.adapters.logins import login_context
from connector.adapters.metrics import CREDENTIALS_UNREADABLE
from connector.application.connections.repository import Connections
from connector.domain.connection.lifecycle import reauthorised
from connector.domain.model.connection import Connection
from connector.domain.provider.errors import CredentialUnreadable

log = structlog.get_logger()

_PAGE = 200

Outcome = Literal["resealed", "current", "unreadable"]


@dataclass(frozen=True)
class RotatedPage:
    """What became of some credentials: all that were looked at, and those whose key is missing."""

    checked: Sequence[Credentials]
    outcomes: Sequence[Outcome]

    def count(self, outcome: Outcome) -> int:
        """Return how many came to this."""
        return self.outcomes.count(outcome)

    @property
    def unreadable(self) -> list[Credentials]:
        """Those that cannot be opened by any key that is configured."""
        return [one for one, what in zip(self.checked, self.outcomes, strict=True) if what == "unreadable"]


@dataclass(frozen=True)
class KeyRotation:
    """Seals anew what older keys have sealed. Repeated, or side by side on several pods, it does no harm."""

    stores: Stores
    connections: Connections
    cipher: Cipher
    clock: Clock

    async def total(self) -> int:
        """Return how many credentials there are."""
        return await self.stores.credentials.count({})

    async def page(self, after: Sequence[str] | None, limit: int) -> RotatedPage:
        """Look at the next credentials in the order of their ids, and seal anew what needs it."""
        return await self._rotated(await self.stores.credentials.find({}, limit=limit, after=after))

    async def run(self) -> None:
        """Seal anew all that the index names as sealed under another key than the first."""
        unreadable, after = 0, None
        while found := await self._outdated(after):
            page = await self._rotated(found, stamp=True)
            unreadable += page.count("unreadable")
            log.info("credentials_resealed", count=page.count("resealed"), unreadable=page.count("unreadable"))
            after = [found[-1].id]
        CREDENTIALS_UNREADABLE.set(unreadable)

    async def _outdated(self, after: Sequence[str] | None) -> list[Credentials]:
        where = {"key_id": {"$ne": self.cipher.current_key}}
        return await self.stores.credentials.find(where, limit=_PAGE, after=after)

    async def _rotated(self, found: Sequence[Credentials], *, stamp: bool = False) -> RotatedPage:
        return RotatedPage(found, await asyncio.gather(*(self._reseal(one, stamp=stamp) for one in found)))

    async def _reseal(self, seen: Credentials, *, stamp: bool) -> Outcome:
        """Seal one anew, unless it was replaced meanwhile. `stamp`: also one that lacks the index's field alone."""
        kind = self._opened(seen)
        if kind is None:
            return "unreadable"
        await self._revive(seen.id)
        if not (stamp or self.cipher.needs_rotation(seen.sealed)):
            return "current"
        context, plain = kind
        sealed = self.cipher.encrypt(plain, context)
        await self.stores.credentials.update(
            seen.id, lambda c: c.resealed(sealed) if c and c.sealed == seen.sealed else None, seen=seen
        )
        return "resealed"

    def _opened(self, seen: Credentials) -> tuple[str, bytes] | None:
        """Return what opens it, and the plain text: tokens or a login; None where no key of ours does."""
        for context in (token_context(seen.id), login_context(seen.id)):
            with suppress(Rejected):
                return context, self.cipher.decrypt(seen.sealed, context)
        log.error("credential_unreadable", connection=seen.id, key=seen.key_id)
        return None

    async def _revive(self, connection_id: str) -> None:
        """Let a connection go on that waited for its key, now that the key is back."""
        connection = await self.connections.get(connection_id)
        if connection and _waits_for_its_key(connection):
            now = self.clock.now()
            await self.connections.change(connection_id, lambda c: reauthorised(c, now) if _waits_for_its_key(c) else c)


def _waits_for_its_key(connection: Connection) -> bool:
    problem = connection.last_problem
    needs_user = connection.trouble is not None and connection.trouble.needs_user
    return needs_user and problem is not None and problem.code == CredentialUnreadable.CODE
