"""Who is calling: JWTs (RFC 7519), verified by a shared secret or by the identity provider's published keys."""

import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from fastapi import Depends, Request
from jwt.types import Options
from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationError
from starlette.concurrency import run_in_threadpool

from chassis.errors import Transient
from chassis.settings import ChassisSettings
from chassis.web.csrf import check_csrf
from chassis.web.problems import Problem, forbidden, unauthorized

TOKEN_COOKIE = "tandem_token"  # noqa: S105 - the name of the cookie, no secret
_LEEWAY_SECONDS = 5
"""How far the identity provider's clock may be from ours."""

_RSA_BITS = 2048
"""NIST SP 800-131A: shorter RSA keys sign nothing any more; RFC 7518 §3.3 asks for as much."""

_CURVE = "secp256r1"
"""The one that ES256 signs with (RFC 7518 §3.4)."""


@dataclass(frozen=True)
class Identity:
    """The caller, as the token says."""

    user_id: str
    company_id: str
    role: Literal["admin", "regular"]
    name: str | None = None
    email: str | None = None
    tz: str | None = None
    is_operator: bool = False
    """Runs the installation: looks after the connections of all companies (`chassis.web.operators`)."""

    @property
    def is_admin(self) -> bool:
        """Whether the caller administers the company."""
        return self.role == "admin"


def _is_printable(value: str) -> str:
    """Refuse control characters, and halves of surrogate pairs, which JSON can hold and no database."""
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in value):
        raise ValueError("holds characters that are none")
    return value


def _is_zone(value: str | None) -> str | None:
    try:
        return ZoneInfo(value).key if value else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the last: a folder of zones
        raise ValueError("is no IANA time zone") from None


_Text = Annotated[str, StringConstraints(strict=True, max_length=200), AfterValidator(_is_printable)]
_Needed = Annotated[_Text, Field(min_length=1)]
_NumericDate = Annotated[float, Field(strict=True)]
"""Seconds (RFC 7519 §2); the library that verifies them takes a text of digits for a number."""


class _Claims(BaseModel):
    """The claims that we read; a token may hold more."""

    sub: _Needed
    company_id: _Needed
    role: Literal["admin", "regular"] = "regular"
    operator: Annotated[bool, Field(strict=True)] = False
    name: _Text | None = None
    email: _Text | None = None
    tz: Annotated[_Text | None, AfterValidator(_is_zone)] = None
    exp: _NumericDate | None = None
    nbf: _NumericDate | None = None
    iat: _NumericDate | None = None


def identity_from(claims: dict[str, Any]) -> Identity:
    """Return the identity that verified claims describe; 401 where one is missing, too long or malformed."""
    try:
        known = _Claims.model_validate(claims)
    except ValidationError as error:
        wrong = sorted({str(item["loc"][0]) for item in error.errors(include_input=False, include_url=False)})
        raise unauthorized(f"the token's claims are not as they must be: {', '.join(wrong)}") from None
    return Identity(
        known.sub,
        known.company_id,
        known.role,
        name=known.name or None,
        email=known.email or None,
        tz=known.tz,
        is_operator=known.operator,
    )


class TokenVerifier:
    """Verifies tokens. The algorithm follows from our settings, never from the token alone (RFC 8725 §3.1)."""

    def __init__(
        self,
        *,
        secret: str | None = None,
        jwks_url: str | None = None,
        issuer: str | None = None,
        audience: str | None = None,
    ) -> None:
        """`issuer`, `audience`: what `iss` must be and `aud` must hold; None: not looked at."""
        if (secret is None) == (jwks_url is None):
            raise ValueError("exactly one of secret and jwks_url")
        self._secret = secret
        self._issuer, self._audience = issuer, audience
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
        except (ValueError, TypeError, OverflowError, RecursionError):  # malformed JSON that the library lets through
            raise unauthorized("the token is not valid") from None

    def _claims(self, token: str) -> dict[str, Any]:
        if self._keys is None:
            return self._decode(token, cast("str", self._secret), "HS256")
        key = self._keys.get_signing_key_from_jwt(token)
        return self._decode(token, key.key, _algorithm(key.key))

    def _decode(self, token: str, key: Any, algorithm: str) -> dict[str, Any]:  # noqa: ANN401 - a text or a public key
        options: Options = {"require": ["exp", "sub", "company_id"], "verify_aud": self._audience is not None}
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            options=options,
            issuer=self._issuer,
            audience=self._audience,
            leeway=_LEEWAY_SECONDS,
        )
        return claims


def _algorithm(key: object) -> str:
    """Return the algorithm that a published key verifies, which only it decides; InvalidKeyError for a weak one."""
    match key:
        case RSAPublicKey() if key.key_size >= _RSA_BITS:
            return "RS256"
        case EllipticCurvePublicKey() if key.curve.name == _CURVE:
            return "ES256"
    raise jwt.InvalidKeyError("only RSA keys of 2048 bits or more and those of P-256 are accepted")


def verifier_from(settings: ChassisSettings) -> TokenVerifier:
    """Return the verifier the settings ask for."""
    return TokenVerifier(
        secret=settings.jwt_secret,
        jwks_url=settings.jwks_url,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
    )


def session_of(request: Request) -> str | None:
    """Return the token in the cookie of the pages, where no Authorization header comes before it."""
    return None if request.headers.get("authorization") else request.cookies.get(TOKEN_COOKIE) or None


def _token(request: Request) -> str:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer" or not credentials.strip():
            raise unauthorized("the Authorization header must be: Bearer <token>")
        return credentials.strip()
    cookie = session_of(request)
    if not cookie:
        raise unauthorized("a bearer token is required")
    return cookie


async def _verified(request: Request) -> Identity:
    verifier: TokenVerifier = request.app.state.verifier
    token = _token(request)
    return await run_in_threadpool(verifier.verify, token) if verifier.blocks else verifier.verify(token)


async def require_identity(request: Request) -> Identity:
    """Return the caller by the Bearer header or else the pages' cookie; a FastAPI dependency. 401 without either.

    403 where the cookie is all that a request has which changes something: another site may have sent it.
    """
    caller = await _verified(request)
    if session := session_of(request):
        await check_csrf(request, session)
    return caller


async def optional_identity(request: Request) -> Identity | None:
    """Return the caller, or None where there is no valid token (pages that show a sign-in hint instead).

    Who changes something by it looks at where the request comes from himself.
    """
    try:
        return await _verified(request)
    except Problem:
        return None


def check_admin(caller: Identity, what: str) -> None:
    """Raise 403 unless the caller administers the company.

    Call it before anything is looked up: then the answer tells nothing of what is there.
    """
    if not caller.is_admin:
        raise forbidden(f"only an administrator writes {what}")


CurrentIdentity = Annotated[Identity, Depends(require_identity)]
