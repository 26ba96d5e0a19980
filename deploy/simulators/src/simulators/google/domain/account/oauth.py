"""Grants, codes and tokens of Google's OAuth 2.0 (authorization code with PKCE, RFC 7636)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from simulators.frame.domain.oauth import Access, Consent, Flaw, Grant, OAuthError, draw, flaw

ACCESS_SECONDS = 3599
_CALENDAR_SCOPE = "https://www.googleapis.com/auth/calendar"


_FLAWS = {
    Flaw.CODE: ("invalid_grant", "Malformed auth code."),
    Flaw.CLIENT: ("invalid_grant", "Bad Request"),
    Flaw.REDIRECT: ("redirect_uri_mismatch", "Bad Request"),
    Flaw.VERIFIER: ("invalid_grant", "Invalid code verifier."),
}


@dataclass(slots=True)
class OAuth:
    """All codes, grants (by refresh token) and access tokens."""

    codes: dict[str, Consent] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    access: dict[str, Access] = field(default_factory=dict)

    def consent(self, consent: Consent, rng: Random) -> str:
        """A code, good once and for ten minutes."""
        code = "4/0A" + draw(rng, 40)
        self.codes[code] = consent
        return code

    def exchange(self, form: dict[str, str], now: datetime, rng: Random) -> dict[str, Any]:
        """`grant_type=authorization_code`."""
        consent = self.codes.pop(form.get("code", ""), None)
        wrong = flaw(consent, form, now)
        if consent is None or wrong:
            raise OAuthError(*_FLAWS[wrong or Flaw.CODE])
        refresh = self.grant(consent.email, consent.client_id, consent.scope, rng)
        answer = self.answer(refresh, now, rng)
        return answer | ({"refresh_token": refresh} if consent.offline else {})

    def refresh(self, form: dict[str, str], now: datetime, rng: Random) -> dict[str, Any]:
        """`grant_type=refresh_token`; no new refresh token comes with it."""
        token = form.get("refresh_token", "")
        grant = self.grants.get(token)
        if grant is None or grant.client_id != form.get("client_id"):
            raise expired_or_revoked()
        return self.answer(token, now, rng)

    def grant(self, email: str, client_id: str, scope: str, rng: Random) -> str:
        """A new refresh token."""
        token = "1//0" + draw(rng, 60)
        self.grants[token] = Grant(email, client_id, scope)
        return token

    def has_grant(self, email: str, client_id: str) -> bool:
        """Whether the account agreed to this client before."""
        return any((one.email, one.client_id) == (email, client_id) for one in self.grants.values())

    def answer(self, refresh: str, now: datetime, rng: Random) -> dict[str, Any]:
        """A new access token as the token endpoint tells it."""
        token = "ya29." + draw(rng, 60)
        self._forget_expired(now)
        self.access[token] = Access(refresh, now + timedelta(seconds=ACCESS_SECONDS))
        return {
            "access_token": token,
            "expires_in": ACCESS_SECONDS,
            "token_type": "Bearer",
            "scope": self.grants[refresh].scope,
        }

    def holder(self, token: str, now: datetime) -> Grant | None:
        """Whose a bearer token is, while it is good."""
        access = self.access.get(token)
        if access is None or access.expires <= now:
            return None
        return self.grants.get(access.grant)

    def revoke(self, token: str) -> bool:
        """End the grant of a refresh or access token."""
        access = self.access.pop(token, None)
        refresh = access.grant if access else token
        return self.grants.pop(refresh, None) is not None

    def revoke_account(self, email: str) -> int:
        """End every grant of an account, as the person does on Google's page."""
        gone = [token for token, grant in self.grants.items() if grant.email == email]
        for token in gone:
            del self.grants[token]
        return len(gone)

    def expire_access(self, email: str) -> None:
        """Let every access token of an account expire now (grants stay)."""
        self.access = {
            token: access
            for token, access in self.access.items()
            if access.grant in self.grants and self.grants[access.grant].email != email
        }

    def _forget_expired(self, now: datetime) -> None:
        if len(self.access) > 1000:
            self.access = {key: one for key, one in self.access.items() if one.expires > now}


def expired_or_revoked() -> OAuthError:
    """`invalid_grant` as Google words it for refresh tokens."""
    return OAuthError("invalid_grant", "Token has been expired or revoked.")


def allows(grant: Grant, *, write: bool) -> bool:
    """Whether the grant's scopes cover a read or a write of calendars."""
    scopes = [one for one in grant.scope.split() if one.startswith(_CALENDAR_SCOPE)]
    return any(not (write and one.endswith("readonly")) for one in scopes)
