"""The parts of OAuth 2.0 (authorization code with PKCE, RFC 7636) that do not differ from provider to provider."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from random import Random
from typing import Any

CODE_LIFE = timedelta(minutes=10)
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
