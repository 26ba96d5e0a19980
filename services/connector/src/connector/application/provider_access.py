"""The configured providers, and the calendars of one connection at its provider."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from chassis.persistence.documents import Documents
from connector.adapters.credentials import CredentialStore, StoredAccess
from connector.adapters.guarded_calendar import Calendars
from connector.adapters.oauth import OAuthClient
from connector.adapters.originals import Originals, WrittenEvent
from connector.domain.model.connection import Connection
from connector.domain.provider.port import CalendarProvider


@dataclass(frozen=True)
class ProviderKit:
    """A provider's adapter, its OAuth client, and the path at which it calls back."""

    calendars: CalendarProvider
    oauth: OAuthClient
    webhook: str


@dataclass(frozen=True)
class ProviderAccess:
    """Gives a connection its provider's calendars and OAuth client."""

    kits: Mapping[str, ProviderKit]
    vault: CredentialStore
    written: Documents[WrittenEvent]

    def calendars(self, connection: Connection) -> Calendars:
        """Return the connection's calendars at its provider."""
        kit = self.kits[connection.provider]
        access = StoredAccess(self.vault, kit.oauth, connection.id)
        return Calendars(kit.calendars, access, connection.settings.invite_guests, self.originals(connection))

    def originals(self, connection: Connection) -> Originals | None:
        """Return what tells the connection's events of CRM origin from copies; None while it has no account."""
        key = connection.account_key
        return Originals(self.written, self.kits[connection.provider].calendars, key) if key else None

    def oauth(self, provider: str) -> OAuthClient:
        """Return the OAuth client of a provider."""
        return self.kits[provider].oauth


def new_secret() -> str:
    """Return an unguessable text of 256 bits, fit for URLs and headers (and as a PKCE verifier, RFC 7636 §4.1)."""
    return secrets.token_urlsafe(32)
