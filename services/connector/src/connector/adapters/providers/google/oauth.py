"""Google's OAuth endpoints, and what we ask its users for."""

from connector.adapters.oauth import Endpoints
from connector.settings import ConnectorSettings

_SCOPE = "https://www.googleapis.com/auth/calendar"


def google_endpoints(settings: ConnectorSettings) -> Endpoints:
    """Return the endpoints; `offline` and `consent` make Google give a refresh token every time."""
    return Endpoints(
        authorize=settings.google_auth_url,
        token=settings.google_token_url,
        revoke=settings.google_revoke_url,
        client_id=settings.google_client_id,
        client_secret=settings.google_client_secret,
        scope=_SCOPE,
        extra={"access_type": "offline", "prompt": "consent"},
    )
