"""Who is calling: JWTs (RFC 7519), verified by a shared secret or by the identity provider's published keys."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jwt
from fastapi import Depends, Request
from jwt.types import Options
from starlette.concurrency import run_in_threadpool

from chassis.errors import Transient
from chassis.settings import ChassisSettings
from chassis.web.problems import Problem, forbidden, unauthorized

TOKEN_COOKIE = "tandem_token"  # noqa: S105 - the name of the cookie, no secret
_ROLES = ("admin", "regular")
_OPTIONS: Options = {"require": ["sub", "company_id"], "verify_aud": False}


@dataclass(frozen=True)
class Identity:
    """The caller, as the token says."""

    user_id: str
    company_id: str
    role: Literal["admin", "regular"]
    name: str | None = None
    email: str | None = None
    tz: str | None = None

    @property
    def is_admin(self) -> bool:
        """Whether the caller administers the company."""
        return self.role == "admin"


def _text(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and value else None


def _zone(claims: dict[str, Any]) -> str | None:
    name = _text(claims, "tz")
    try:
        return ZoneInfo(name).key if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def identity_from(claims: dict[str, Any]) -> Identity:
    """Return the identity that verified claims describe; 401 where a required one is missing or no text."""
    user_id, company_id = _text(claims, "sub"), _text(claims, "company_id")
    role = claims.get("role", "regular")
    if user_id is None or company_id is None or role not in _ROLES:
        raise unauthorized("the token's claims are incomplete")
    return Identity(
        user_id, company_id, role, name=_text(claims, "name"), email=_text(claims, "email"), tz=_zone(claims)
    )


class TokenVerifier:
    """Verifies tokens. The algorithm follows from our settings, never from the token alone (RFC 8725 §3.1)."""

    def __init__(self, *, secret: str | None = None, jwks_url: str | None = None) -> None:
        if (secret is None) == (jwks_url is None):
            raise ValueError("exactly one of secret and jwks_url")
        self._secret = secret
        self._keys = jwt.PyJWKClient(jwks_url, lifespan=300, timeout=5) if jwks_url else None

    @property
    def blocks(self) -> bool:
        """Whether verifying may fetch keys over the network and so belongs in a thread."""
        return self._keys is not None

    def verify(self, token: str) -> Identity:
        """Return whom the token speaks for; 401 where it is invalid, `Transient` where keys are out of reach."""
        try:
            return identity_from(self._claims(token))
        except jwt.PyJWKClientConnectionError as error:
            raise Transient("jwks_unavailable", "the identity provider's keys cannot be fetched") from error
        except jwt.ExpiredSignatureError:
            raise unauthorized("the token has expired") from None
        except jwt.PyJWTError:
            raise unauthorized("the token is not valid") from None

    def _claims(self, token: str) -> dict[str, Any]:
        if self._keys is None:
            secret = cast("str", self._secret)
            return jwt.decode(token, secret, algorithms=["HS256"], options=_OPTIONS)
        key = self._keys.get_signing_key_from_jwt(token)
        algorithm = {"RSA": "RS256", "EC": "ES256"}.get(key.key_type or "")
        if algorithm is None:
            raise jwt.InvalidKeyError(f"keys of type {key.key_type} are not accepted")
        return jwt.decode(token, key.key, algorithms=[algorithm], options=_OPTIONS)


def verifier_from(settings: ChassisSettings) -> TokenVerifier:
    """Return the verifier the settings ask for."""
    return TokenVerifier(secret=settings.jwt_secret, jwks_url=settings.jwks_url)


def _token(request: Request) -> str:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer" or not credentials.strip():
            raise unauthorized("the Authorization header must be: Bearer <token>")
        return credentials.strip()
    cookie = request.cookies.get(TOKEN_COOKIE)
    if not cookie:
        raise unauthorized("a bearer token is required")
    return cookie


async def require_identity(request: Request) -> Identity:
    """Return the caller by the Bearer header or else the page's cookie; a FastAPI dependency. 401 without either."""
    verifier: TokenVerifier = request.app.state.verifier
    token = _token(request)
    return await run_in_threadpool(verifier.verify, token) if verifier.blocks else verifier.verify(token)


async def optional_identity(request: Request) -> Identity | None:
    """Return the caller, or None where there is no valid token (pages that show a sign-in hint instead)."""
    try:
        return await require_identity(request)
    except Problem:
        return None


def check_admin(caller: Identity, what: str) -> None:
    """Raise 403 unless the caller administers the company.

    Call it before anything is looked up: then the answer tells nothing of what is there.
    """
    if not caller.is_admin:
        raise forbidden(f"only an administrator writes {what}")


CurrentIdentity = Annotated[Identity, Depends(require_identity)]
