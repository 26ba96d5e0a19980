"""The configured providers, and the calendars of one connection at its provider."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from chassis.errors import TandemError
from chassis.persistence.documents import Documents
from connector.adapters.credentials import CredentialStore, RecentGrant, StoredAccess
from connector.adapters.guarded_calendar import Calendars
from connector.adapters.logins import LoginStore, StoredLogin
from connector.adapters.oauth import OAuthClient
from connector.adapters.originals import Originals, WrittenEvent
from connector.domain.model.connection import Connection
from connector.domain.provider.login import LoginVerifier
from connector.domain.provider.port import Access, CalendarProvider

log = structlog.get_logger()


@dataclass(frozen=True)
class ProviderKit:
    """A provider's adapter, what its users sign in by, and the path at which it calls back."""

    calendars: CalendarProvider
    sign_in: OAuthClient | LoginVerifier
    webhook: str


@dataclass(frozen=True)
class ProviderAccess:
    """Gives a connection its provider's calendars and OAuth client."""

    kits: Mapping[str, ProviderKit]
    vault: CredentialStore
    logins: LoginStore
    written: Documents[WrittenEvent]

    def calendars(self, connection: Connection, recent: RecentGrant | None = None) -> Calendars:
        """Return the connection's calendars at its provider; `recent` is shared by calls of one piece of work."""
        kit = self.kits[connection.provider]
        invite = connection.settings.invite_guests
        access = self._access(kit, connection.id, recent or RecentGrant())
        originals = self.originals(connection)
        return Calendars(kit.calendars, access, invite, originals, name=connection.provider)

    def _access(self, kit: ProviderKit, connection_id: str, recent: RecentGrant) -> Access:
        if isinstance(kit.sign_in, OAuthClient):
            return StoredAccess(self.vault, kit.sign_in, connection_id, recent)
        return StoredLogin(self.logins, connection_id)

    def originals(self, connection: Connection) -> Originals | None:
        """Return what tells the connection's events of CRM origin from copies; None while it has no account."""
        key = connection.account_key
        return Originals(self.written, self.kits[connection.provider].calendars, key) if key else None

    def takes_passwords(self, provider: str) -> bool:
        """Tell whether a provider's users sign in by password."""
        kit = self.kits.get(provider)
        return kit is not None and not isinstance(kit.sign_in, OAuthClient)

    def oauth(self, provider: str) -> OAuthClient:
        """Return the OAuth client of a provider that has one."""
        sign_in = self.kits[provider].sign_in
        if not isinstance(sign_in, OAuthClient):
            raise TypeError(f"{provider} signs in by password")
        return sign_in

    def verifier(self, provider: str) -> LoginVerifier:
        """Return what verifies the logins of a provider that takes passwords."""
        sign_in = self.kits[provider].sign_in
        if isinstance(sign_in, OAuthClient):
            raise TypeError(f"{provider} signs in by OAuth")
        return sign_in

    def closers(self) -> list[Callable[[], Awaitable[None]]]:
        """Return what closes the providers that keep connections of their own, when the process stops."""
        return [kit.sign_in.aclose for kit in self.kits.values() if not isinstance(kit.sign_in, OAuthClient)]

    async def forget(self, connection: Connection) -> None:
        """Give the connection's grant back, as far as its provider takes it, and erase its credentials."""
        if self.takes_passwords(connection.provider):
            self.verifier(connection.provider).forget(connection.id)
            await self.logins.erase(connection.id)
            return
        token = await self.vault.erase(connection.id)
        if token:
            try:
                await self.oauth(connection.provider).revoke(token)
            except TandemError as error:
                log.warning("revoke_failed", connection=connection.id, reason=str(error))


def new_secret() -> str:
    """Return an unguessable text of 256 bits, fit for URLs and headers (and as a PKCE verifier, RFC 7636 §4.1)."""
    return secrets.token_urlsafe(32)
