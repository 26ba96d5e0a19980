"""The parts of OAuth 2.0 (authorization code with PKCE, RFC 7636) that do not differ from provider to provider."""

import base64
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from random import Random
from typing import Any, ClassVar

CODE_LIFE = timedelta(minutes=10)
MANY_TOKENS = 1000
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class OAuthError(Exception):
    """An error answer of the token endpoint."""

    def __init__(self, code: str, description: str, status: int = 400, extra: Mapping[str, Any] | None = None) -> None:
        """`code` is OAuth's word, e.g. `invalid_grant`; `extra` what the provider says beside it."""
        super().__init__(description)
        self.status = status
        self.body = {"error": code, "error_description": description, **(extra or {})}


@dataclass(slots=True)
class Consent:
    """What the person agreed to, waiting behind a code."""

    email: str
    client_id: str
    redirect_uri: str
    scope: str
    challenge: str | None
    offline: bool
    issued: datetime


@dataclass(slots=True)
class Grant:
    """A client's access to an account, until it is revoked."""

    email: str
    client_id: str
    scope: str


@dataclass(slots=True)
class Access:
    """An access token's worth: the name of its grant, and until when."""

    grant: str
    expires: datetime


class Flaw(Enum):
    """Why a code brings no token."""

    CODE = auto()
    CLIENT = auto()
    REDIRECT = auto()
    VERIFIER = auto()


def flaw(consent: Consent | None, form: Mapping[str, str], now: datetime) -> Flaw | None:
    """What is wrong with an exchange of a code; None when all is well."""
    if consent is None or now - consent.issued > CODE_LIFE:
        return Flaw.CODE
    if consent.client_id != form.get("client_id"):
        return Flaw.CLIENT
    if consent.redirect_uri != form.get("redirect_uri"):
        return Flaw.REDIRECT
    if consent.challenge and consent.challenge != s256(form.get("code_verifier", "")):
        return Flaw.VERIFIER
    return None


def s256(verifier: str) -> str:
    """The code challenge of a verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def draw(rng: Random, length: int) -> str:
    """A secret of that many letters."""
    return "".join(rng.choice(_LETTERS) for _ in range(length))


@dataclass(slots=True)
class Authorizations(ABC):
    """All codes, grants and access tokens; providers differ in what their tokens look like and in their refusals."""

    code_prefix: ClassVar[str] = ""

    codes: dict[str, Consent] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    access: dict[str, Access] = field(default_factory=dict)

    def consent(self, consent: Consent, rng: Random) -> str:
        """Return a code, good once and for ten minutes."""
        code = self.code_prefix + draw(rng, 40)
        self.codes[code] = consent
        return code

    def exchange(self, form: Mapping[str, str], now: datetime, rng: Random) -> dict[str, Any]:
        """Answer `grant_type=authorization_code`."""
        consent = self.codes.pop(form.get("code", ""), None)
        wrong = flaw(consent, form, now)
        if consent is None or wrong:
            raise self.refusal(wrong or Flaw.CODE, form.get("client_id", ""), now, rng)
        grant = Grant(consent.email, consent.client_id, consent.scope)
        return self.sign_in(grant, now, rng, offline=consent.offline)

    @abstractmethod
    def refusal(self, wrong: Flaw, client_id: str, now: datetime, rng: Random) -> OAuthError:
        """Return how the provider words that a code brings no token."""

    @abstractmethod
    def sign_in(self, grant: Grant, now: datetime, rng: Random, *, offline: bool = True) -> dict[str, Any]:
        """Keep a new grant; return its tokens as the token endpoint does (`offline`: with a refresh token)."""

    @abstractmethod
    def refresh(self, form: Mapping[str, str], now: datetime, rng: Random) -> dict[str, Any]:
        """Answer `grant_type=refresh_token`."""

    def holder(self, token: str, now: datetime) -> Grant | None:
        """Return whose a bearer token is, while it is good."""
        access = self.access.get(token)
        if access is None or access.expires <= now:
            return None
        return self.grants.get(access.grant)

    def grants_of(self, email: str) -> list[str]:
        """Return the names of an account's grants."""
        return [name for name, grant in self.grants.items() if grant.email == email]

    def expire_access(self, email: str) -> None:
        """Let every access token of an account expire now (grants stay)."""
        own = set(self.grants_of(email))
        self.access = {token: access for token, access in self.access.items() if access.grant not in own}

    def forget_expired(self, now: datetime) -> None:
        """Drop access tokens that expired, once there are many."""
        if len(self.access) > MANY_TOKENS:
            self.access = {key: one for key, one in self.access.items() if one.expires > now}
