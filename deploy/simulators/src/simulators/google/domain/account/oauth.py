"""Grants, codes and tokens of Google's OAuth 2.0 (authorization code with PKCE, RFC 7636)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar

from simulators.frame.domain.oauth import Access, Authorizations, Flaw, Grant, OAuthError, draw

ACCESS_SECONDS = 3599
_CALENDAR_SCOPE = "https://www.googleapis.com/auth/calendar"


_FLAWS = {
    Flaw.CODE: ("invalid_grant", "Malformed auth code."),
    Flaw.CLIENT: ("invalid_grant", "Bad Request"),
    Flaw.REDIRECT: ("redirect_uri_mismatch", "Bad Request"),
    Flaw.VERIFIER: ("invalid_grant", "Invalid code verifier."),
}


@dataclass(slots=True)
class OAuth(Authorizations):
    """All codes, grants (by refresh token) and access tokens."""

    code_prefix: ClassVar[str] = "4/0A"

    def refusal(self, wrong: Flaw, client_id: str, now: datetime, rng: Random) -> OAuthError:  # noqa: ARG002 - as for all
        """Return how Google words that a code brings no token."""
        return OAuthError(*_FLAWS[wrong])

    def sign_in(self, grant: Grant, now: datetime, rng: Random, *, offline: bool = True) -> dict[str, Any]:
        """Keep a new grant; return its tokens."""
        token = "1//0" + draw(rng, 60)
        self.grants[token] = grant
        return self._answer(token, now, rng) | ({"refresh_token": token} if offline else {})

    def refresh(self, form: Mapping[str, str], now: datetime, rng: Random) -> dict[str, Any]:
        """Answer `grant_type=refresh_token`; no new refresh token comes with it."""
        token = form.get("refresh_token", "")
        grant = self.grants.get(token)
        if grant is None or grant.client_id != form.get("client_id"):
            raise expired_or_revoked()
        return self._answer(token, now, rng)

    def has_grant(self, email: str, client_id: str) -> bool:
        """Whether the account agreed to this client before."""
        return any((one.email, one.client_id) == (email, client_id) for one in self.grants.values())

    def _answer(self, refresh: str, now: datetime, rng: Random) -> dict[str, Any]:
        token = "ya29." + draw(rng, 60)
        self.forget_expired(now)
        self.access[token] = Access(refresh, now + timedelta(seconds=ACCESS_SECONDS))
        return {
            "access_token": token,
            "expires_in": ACCESS_SECONDS,
            "token_type": "Bearer",
            "scope": self.grants[refresh].scope,
        }

    def revoke(self, token: str) -> bool:
        """End the grant of a refresh or access token."""
        access = self.access.pop(token, None)
        refresh = access.grant if access else token
        return self.grants.pop(refresh, None) is not None

    def revoke_account(self, email: str) -> int:
        """End every grant of an account, as the person does on Google's page; return how many those were."""
        gone = self.grants_of(email)
        for token in gone:
            del self.grants[token]
        return len(gone)


def expired_or_revoked() -> OAuthError:
    """`invalid_grant` as Google words it for refresh tokens."""
    return OAuthError("invalid_grant", "Token has been expired or revoked.")


def allows(grant: Grant, *, write: bool) -> bool:
    """Whether the grant's scopes cover a read or a write of calendars."""
    scopes = [one for one in grant.scope.split() if one.startswith(_CALENDAR_SCOPE)]
    return any(not (write and one.endswith("readonly")) for one in scopes)
