"""OAuth 2.0 authorization code with PKCE (RFC 6749, RFC 7636) against one provider's endpoints."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.deprecate import AuthlibDeprecationWarning

from chassis.errors import Rejected, Transient
from connector.adapters.provider_calls import provider_call
from connector.adapters.providers.wire import servers_words, slug
from connector.domain.provider.errors import NeedsReauth

with warnings.catch_warnings():
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)  # it prefers a client library that we do not use
    from authlib.integrations.httpx_client import AsyncOAuth2Client


BEGIN_PATH = "/v1/oauth/begin"
"""Where a sign-in begins: at our own page, before the provider's."""

CALLBACK_PATH = "/v1/oauth/callback"
"""Where every provider sends the user's browser back to."""

_ERRORS = frozenset(
    {
        "access_denied",
        "account_selection_required",
        "consent_required",
        "interaction_required",
        "invalid_request",
        "invalid_scope",
        "login_required",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_response_type",
    }
)
"""What `error` can be on the way back: RFC 6749 §4.1.2.1, and OpenID Connect Core §3.1.2.6."""


def known_error(error: str | None) -> str:
    """Return an `error` that the standards know; whatever else stands in the address is `sign_in_refused`."""
    if error is None:
        return "no_code"
    return error if error in _ERRORS else "sign_in_refused"


@dataclass(frozen=True)
class Endpoints:
    """One provider's OAuth addresses, our client there, and what we ask for."""

    authorize: str
    token: str
    revoke: str | None
    client_id: str
    client_secret: str
    scope: str
    extra: Mapping[str, str]
    reasons: Mapping[str, str] = field(default_factory=dict)
    """What the provider's own codes in an error's description mean for the user."""


@dataclass(frozen=True)
class Tokens:
    """What the token endpoint gave; without a new refresh token, the old one stays good (RFC 6749 §6)."""

    access_token: str
    expires_in: float
    refresh_token: str | None


_NEED_THE_USER = {"invalid_grant", "interaction_required", "login_required", "consent_required"}
"""RFC 6749 §5.2, and OpenID Connect's words for a sign-in that no program can make (Core §3.1.2.6)."""


class OAuthClient:
    """Talks to one provider's OAuth endpoints; `transport`: in place of the network, `name`: the provider's."""

    def __init__(
        self,
        endpoints: Endpoints,
        redirect_uri: str,
        timeout: float,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        name: str = "unnamed",
    ) -> None:
        self._name = name
        self._transport = transport
        self._endpoints = endpoints
        self._redirect_uri = redirect_uri
        self._timeout = timeout

    def authorization_url(self, state: str, verifier: str, email: str) -> str:
        """Return where the user gives consent; the address is offered as the account to sign in with."""
        extra = dict(self._endpoints.extra) | {"login_hint": email}
        url, _ = self._client().create_authorization_url(
            self._endpoints.authorize, state=state, code_verifier=verifier, **extra
        )
        return str(url)

    async def exchange(self, code: str, verifier: str) -> Tokens:
        """Return the tokens for an authorization code. Rejected: the code is no good; Transient: no answer."""
        try:
            with provider_call(self._name, "exchange_code"):
                return await self._fetch(grant_type="authorization_code", code=code, code_verifier=verifier)
        except NeedsReauth as error:
            raise Rejected("invalid_code", error.detail) from error

    async def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens. NeedsReauth: the grant is gone, with the reason; Transient: no answer."""
        with provider_call(self._name, "refresh_token"):
            return await self._fetch(grant_type="refresh_token", refresh_token=refresh_token)

    async def revoke(self, token: str) -> None:
        """Give the grant back (RFC 7009), where that can be done; a gone one is no error. Transient: no answer."""
        if self._endpoints.revoke is None:
            return
        try:
            async with httpx.AsyncClient(timeout=self._timeout, transport=self._transport) as http:
                answer = await http.post(self._endpoints.revoke, data={"token": token})
        except httpx.HTTPError as error:
            raise Transient("oauth_unavailable", type(error).__name__) from error
        if answer.status_code >= 500:
            raise Transient("oauth_unavailable", f"status {answer.status_code}")

    def _client(self) -> Any:  # noqa: ANN401 - the library has no types
        endpoints = self._endpoints
        return AsyncOAuth2Client(
            client_id=endpoints.client_id,
            client_secret=endpoints.client_secret,
            token_endpoint_auth_method="client_secret_post",  # noqa: S106 - the name of a method
            scope=endpoints.scope,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            timeout=self._timeout,
            transport=self._transport,
        )

    async def _fetch(self, **form: str) -> Tokens:
        try:
            async with self._client() as client:
                return _tokens(await client.fetch_token(self._endpoints.token, **form))
        except AuthlibBaseError as error:
            raise refusal(error, self._endpoints.reasons) from error
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise Transient("oauth_unavailable", type(error).__name__) from error


def refusal(error: AuthlibBaseError, reasons: Mapping[str, str]) -> NeedsReauth | Transient:
    """Return what an error of the token endpoint means; `reasons` are the provider's own codes in its description."""
    if error.error in _NEED_THE_USER:
        told = str(error.description or "")
        ours = next((words for code, words in reasons.items() if f"{code}:" in told), "")
        return NeedsReauth(error.error, ours or servers_words(told) or "the grant was revoked or has expired")
    # Anything else is our own client's or the endpoint's trouble: no user can repair it by signing in again.
    return Transient("oauth_refused", f"{slug(str(error.error))}: {servers_words(str(error.description or ''))}")


def _tokens(raw: Mapping[str, Any]) -> Tokens:
    return Tokens(
        access_token=raw["access_token"],
        expires_in=float(raw["expires_in"]),
        refresh_token=raw.get("refresh_token"),
    )
