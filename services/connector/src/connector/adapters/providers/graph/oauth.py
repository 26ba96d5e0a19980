"""Microsoft's OAuth endpoints, and what we ask its users for."""

from typing import Literal

from connector.adapters.oauth import Endpoints
from connector.settings import ConnectorSettings

Tenant = Literal["consumers", "organizations"]
"""Who may sign in: personal accounts, or work and school accounts. A user of the other kind is told at once."""

# MailboxSettings.Read is for the mailbox's time zone: Graph's calendars have none of their own.
_SCOPE = "offline_access Calendars.ReadWrite User.Read MailboxSettings.Read"
_REASONS = {
    "AADSTS700082": "the sign-in expired, since it was not used for long",
    "AADSTS70008": "the sign-in has expired",
    "AADSTS50173": "access was revoked, or the password was changed",
    "AADSTS65001": "the consent to use the calendar was withdrawn",
    "AADSTS50076": "the organisation asks for another factor to sign in with",
}


def microsoft_endpoints(settings: ConnectorSettings, tenant: Tenant) -> Endpoints:
    """Return the endpoints of a tenant; Microsoft has none to give a grant back at, its user ends it."""
    root = f"{settings.microsoft_login_url}/{tenant}/oauth2/v2.0"
    return Endpoints(
        authorize=f"{root}/authorize",
        token=f"{root}/token",
        revoke=None,
        client_id=settings.microsoft_client_id,
        client_secret=settings.microsoft_client_secret,
        scope=_SCOPE,
        extra={},
        reasons=_REASONS,
    )
