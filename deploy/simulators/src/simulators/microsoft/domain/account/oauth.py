"""Microsoft's OAuth 2.0: grants of work and personal accounts, refresh tokens that rotate, AADSTS errors."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar

from simulators.frame.domain.oauth import MANY_TOKENS, Access, Authorizations, Flaw, Grant, OAuthError, draw

ACCESS_SECONDS = 3599
#: A refresh token dies after this long without use.
IDLE = timedelta(days=90)
#: A refresh token that was exchanged for a newer one stays good for a while.
GRACE = timedelta(hours=24)

_CALENDAR = "calendars.read"
_WORDS = {
    65001: "The user or administrator has not consented to use the application with ID '{client}'. "
    "Send an interactive authorization request for this user and resource.",
    50173: "The provided grant has expired due to it being revoked, a fresh auth token is needed. "
    "The user might have changed or reset their password.",
    50076: "Due to a configuration change made by your administrator, or because you moved to a new location, "
    "you must use multi-factor authentication to access the resource.",
    700082: "The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00.",
    70000: "The provided value for the input parameter 'refresh_token' or 'assertion' is not valid.",
    70008: "The provided authorization code or refresh token has expired due to inactivity. "
    "Send a new interactive authorization request for this user and resource.",
    54005: "OAuth2 Authorization code was already redeemed, please retry with a new valid code.",
    50011: "The redirect URI specified in the request does not match the redirect URIs configured.",
    501481: "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    700016: "Application with identifier '{client}' was not found in the directory.",
    7000215: "Invalid client secret provided.",
    900144: "The request body must contain the following parameter: '{client}'.",
    70003: "The app requested an unsupported grant type '{client}'.",
}
_CODES = {Flaw.CODE: 70008, Flaw.CLIENT: 700016, Flaw.REDIRECT: 50011, Flaw.VERIFIER: 501481}


def aadsts(code: str, number: int, now: datetime, rng: Random, client: str = "", status: int = 400) -> OAuthError:
    """An error as the login server words it, with its number in `error_codes`."""
    trace, correlation = (str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(2))
    stamp = f"{now:%Y-%m-%d %H:%M:%S}Z"
    words = _WORDS[number].format(client=client)
    description = f"AADSTS{number}: {words} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
    extra = {
        "error_codes": [number],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={number}",
    }
    return OAuthError(code, description, status, extra)


@dataclass(slots=True)
class Refresh:
    """A refresh token's worth: the name of its grant, and until when."""

    grant: str
    expires: datetime


@dataclass(slots=True)
class OAuth(Authorizations):
    """All codes, grants, refresh tokens and access tokens. `ended` says by which error a grant was ended."""

    code_prefix: ClassVar[str] = "M.C5_"

    refreshes: dict[str, Refresh] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)

    def refusal(self, wrong: Flaw, client_id: str, now: datetime, rng: Random) -> OAuthError:
        """Return how the login server words that a code brings no token."""
        return aadsts("invalid_grant", _CODES[wrong], now, rng, client_id)

    def sign_in(self, grant: Grant, now: datetime, rng: Random, *, offline: bool = True) -> dict[str, Any]:
        """A new grant and its tokens."""
        name = draw(rng, 20)
        self.grants[name] = grant
        return self._answer(name, now, rng, offline=offline)

    def refresh(self, form: Mapping[str, str], now: datetime, rng: Random) -> dict[str, Any]:
        """`grant_type=refresh_token`: a new refresh token comes with it, the old one stays good for a while."""
        token = form.get("refresh_token", "")
        kept = self.refreshes.get(token)
        if kept is None:
            raise aadsts("invalid_grant", 70000, now, rng)
        grant = self.grants.get(kept.grant)
        if grant is None:
            raise aadsts("invalid_grant", self.ended.get(kept.grant, 50173), now, rng, form.get("client_id", ""))
        if kept.expires <= now:
            raise aadsts("invalid_grant", 700082, now, rng)
        if grant.client_id != form.get("client_id"):
            raise aadsts("invalid_grant", 700016, now, rng, form.get("client_id", ""))
        kept.expires = min(kept.expires, now + GRACE)
        return self._answer(kept.grant, now, rng, offline=True)

    def _answer(self, name: str, now: datetime, rng: Random, *, offline: bool) -> dict[str, Any]:
        token = "EwB4A8l6BAAU" + draw(rng, 60)
        self.forget_expired(now)
        self.access[token] = Access(name, now + timedelta(seconds=ACCESS_SECONDS))
        scope = " ".join(one for one in self.grants[name].scope.split() if one != "offline_access")
        answer = {
            "token_type": "Bearer",
            "scope": scope,
            "expires_in": ACCESS_SECONDS,
            "ext_expires_in": ACCESS_SECONDS,
            "access_token": token,
        }
        if not offline:
            return answer
        fresh = "M.C512_BAY.0.U.-" + draw(rng, 60)
        self.refreshes[fresh] = Refresh(name, now + IDLE)
        return answer | {"refresh_token": fresh}

    def revoke_account(self, email: str, number: int) -> int:
        """End every grant of an account; a later refresh says why by this AADSTS number. Return how many those were."""
        gone = self.grants_of(email)
        for name in gone:
            del self.grants[name]
            self.ended[name] = number
        return len(gone)

    def forget_expired(self, now: datetime) -> None:
        """Drop tokens that expired, once there are many."""
        if len(self.access) > MANY_TOKENS:
            self.refreshes = {key: one for key, one in self.refreshes.items() if one.expires + IDLE > now}
        # Slots make a new class of a dataclass, which `super()` without arguments does not know.
        Authorizations.forget_expired(self, now)


def allows(grant: Grant, *, write: bool) -> bool:
    """Whether the grant's scopes cover a read or a write of calendars (`Calendars.Read` or `.ReadWrite`)."""
    scopes = [one.rpartition("/")[2].lower() for one in grant.scope.split()]
    return any(one.startswith("calendars.readwrite" if write else _CALENDAR) for one in scopes)
