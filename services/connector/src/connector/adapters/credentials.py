"""Tokens at rest and in use: sealed for their connection, refreshed by one at a time, erased at the stop."""

from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import AwareDatetime, BaseModel
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from chassis.clock import Clock
from chassis.encryption import Cipher
from chassis.errors import Transient
from connector.adapters.access import OAuthAccess
from connector.adapters.collections import Credentials, Stores
from connector.adapters.oauth import OAuthClient, Tokens
from connector.adapters.sealed import opened
from connector.domain.provider.errors import CredentialUnreadable, NeedsReauth

_MARGIN = timedelta(seconds=90)
"""A token is renewed this long before its end, so that it outlives the call it is used in."""
_REFRESH_LIFE = timedelta(seconds=30)


class _Grant(BaseModel):
    access_token: str
    refresh_token: str | None
    expires_at: AwareDatetime


class _BeingRefreshed(Transient):
    """Another task or pod renews this token just now: a rotating one must not be used twice."""


class CredentialStore:
    """Keeps the tokens of all connections."""

    def __init__(self, stores: Stores, cipher: Cipher, clock: Clock) -> None:
        self._documents = stores.credentials
        self._cipher = cipher
        self._clock = clock

    def _sealed(self, connection_id: str, tokens: Tokens, refresh_token: str | None) -> str:
        grant = _Grant(
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token or refresh_token,
            expires_at=self._clock.now() + timedelta(seconds=tokens.expires_in),
        )
        return self._cipher.encrypt(grant.model_dump_json().encode(), token_context(connection_id))

    def _open(self, credentials: Credentials) -> _Grant:
        return _Grant.model_validate_json(opened(self._cipher, credentials, token_context(credentials.id)))

    async def keep(self, connection_id: str, tokens: Tokens) -> None:
        """Store the tokens of a connection, in place of any before."""
        fresh = Credentials(id=connection_id, sealed=self._sealed(connection_id, tokens, None))
        await self._documents.update(connection_id, lambda old: old.replaced(fresh.sealed) if old else fresh)

    async def erase(self, connection_id: str) -> str | None:
        """Forget a connection's tokens; return the one by which the grant is given back, where it can be read."""
        credentials = await self._documents.get(connection_id)
        if credentials is None:
            return None
        try:
            grant = self._open(credentials)
        except CredentialUnreadable:
            grant = None
        await self._documents.delete(connection_id, credentials.version)
        return (grant.refresh_token or grant.access_token) if grant else None

    async def load(self, connection_id: str) -> tuple[Credentials, _Grant]:
        """Return what is kept of a connection. NeedsReauth where nothing is."""
        credentials = await self._documents.get(connection_id)
        if credentials is None:
            raise NeedsReauth("no_credentials", "the account is not signed in")
        return credentials, self._open(credentials)

    async def claim(self, connection_id: str, generation: int) -> bool:
        """Become the one who renews this generation of tokens; False where it was renewed meanwhile."""
        now = self._clock.now()

        def claimed(current: Credentials | None) -> Credentials | None:
            if current is None or current.generation != generation:
                return None
            if current.refreshing_until and current.refreshing_until > now:
                raise _BeingRefreshed("token_being_refreshed", connection_id)
            return current.being_refreshed(until=now + _REFRESH_LIFE)

        stored = await self._documents.update(connection_id, claimed)
        return stored is not None and stored.generation == generation

    async def replace(self, connection_id: str, generation: int, tokens: Tokens, refresh_token: str) -> None:
        """Store renewed tokens, unless the user signed in anew meanwhile."""
        sealed = self._sealed(connection_id, tokens, refresh_token)

        def renewed(current: Credentials | None) -> Credentials | None:
            ours = current is not None and current.generation == generation
            return current.replaced(sealed) if ours and current else None

        await self._documents.update(connection_id, renewed)

    async def give_up(self, connection_id: str, generation: int) -> None:
        """Let another try to renew: ours got no answer."""
        await self._documents.update(
            connection_id,
            lambda c: c.being_refreshed(until=None) if c and c.generation == generation else None,
        )

    def is_good(self, grant: _Grant) -> bool:
        """Whether the access token outlives the next call."""
        return grant.expires_at - _MARGIN > self._clock.now()


def token_context(connection_id: str) -> str:
    """Return what a connection's tokens are sealed for."""
    return connection_id


@dataclass
class RecentGrant:
    """The tokens that the calls of one piece of work used last, so that each need not read and unseal them."""

    generation: int = 0
    grant: _Grant | None = None


@dataclass
class StoredAccess(OAuthAccess):
    """A connection's way to a valid access token; see `connector.domain.provider.port.Access`."""

    vault: CredentialStore
    oauth: OAuthClient
    connection_id: str
    recent: RecentGrant = field(default_factory=RecentGrant)
    _given: int = 0

    @property
    def mailbox(self) -> str:
        """Return what this connection's calls are counted under."""
        return self.connection_id

    async def token(self) -> str:
        """Return an access token that outlives the next call."""
        return await self._valid(newer_than=0)

    async def renew(self) -> str:
        """Return a token newer than the last one given."""
        return await self._valid(newer_than=self._given)

    async def _valid(self, newer_than: int) -> str:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(_BeingRefreshed),
            wait=wait_fixed(0.1),
            stop=stop_after_delay(15),
            reraise=True,
        ):
            with attempt:
                return await self._try(newer_than)
        raise AssertionError("retrying ends by an answer or an error")

    async def _try(self, newer_than: int) -> str:
        recent = self.recent
        if recent.grant is None or recent.generation <= newer_than or not self.vault.is_good(recent.grant):
            recent.generation, recent.grant = await self._loaded(newer_than)
        self._given = recent.generation
        return recent.grant.access_token

    async def _loaded(self, newer_than: int) -> tuple[int, _Grant]:
        credentials, grant = await self.vault.load(self.connection_id)
        if credentials.generation <= newer_than or not self.vault.is_good(grant):
            await self._refresh(credentials.generation, grant)
            credentials, grant = await self.vault.load(self.connection_id)
        return credentials.generation, grant

    async def _refresh(self, generation: int, grant: _Grant) -> None:
        if not await self.vault.claim(self.connection_id, generation):
            return
        if grant.refresh_token is None:
            raise NeedsReauth("no_refresh_token", "the account must be signed in again")
        try:
            tokens = await self.oauth.refresh(grant.refresh_token)
        except (Transient, NeedsReauth):
            await self.vault.give_up(self.connection_id, generation)
            raise
        await self.vault.replace(self.connection_id, generation, tokens, grant.refresh_token)
