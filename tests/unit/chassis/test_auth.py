"""Tokens: who is let in, and every way of not being let in (RFC 7519, RFC 8725)."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Transient
from chassis.web.auth import Identity, TokenVerifier
from chassis.web.problems import Problem

SECRET = "s" * 32
CLAIMS: dict[str, Any] = {"sub": "7", "company_id": "acme", "role": "admin", "exp": time.time() + 3600}


def hs256(**changes: Any) -> str:
    """Return a good token with some claims changed; `...` leaves one out."""
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not ...}
    return jwt.encode(claims, SECRET, "HS256")


def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def forged(key: bytes, **header: str) -> str:
    """Return a token signed by HMAC with whatever key, which no honest library would do."""
    signed = f"{part(json.dumps(header).encode())}.{part(json.dumps(CLAIMS).encode())}"
    return f"{signed}.{part(hmac.digest(key, signed.encode(), 'sha256'))}"


def signed(claims: bytes, header: bytes = b'{"alg": "HS256", "typ": "JWT"}') -> str:
    """Return a token with our secret's signature over whatever bytes."""
    text = f"{part(header)}.{part(claims)}"
    return f"{text}.{part(hmac.digest(SECRET.encode(), text.encode(), 'sha256'))}"


def unsigned() -> str:
    return forged(b"", alg="none", typ="JWT").rsplit(".", 1)[0] + "."


def test_a_valid_token_gives_the_identity() -> None:
    identity = TokenVerifier(secret=SECRET).verify(hs256(name="Ada", tz="Europe/Tallinn", aud="x"))
    assert identity == Identity("7", "acme", "admin", name="Ada", tz="Europe/Tallinn")
    assert identity.is_admin


def test_empty_optional_claims_are_none() -> None:
    identity = TokenVerifier(secret=SECRET).verify(hs256(name="", email=None, tz="", role=...))
    assert identity == Identity("7", "acme", "regular")


@given(
    st.dictionaries(
        st.sampled_from(["sub", "company_id", "role", "name", "email", "tz", "exp", "iat", "nbf", "iss", "aud"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.lists(st.integers()),
        max_size=3,
    )
)
def test_whatever_the_claims_hold_a_token_is_good_or_refused(claims: dict[str, Any]) -> None:
    token = signed(json.dumps(CLAIMS | claims).encode())
    try:
        identity = TokenVerifier(secret=SECRET).verify(token)
    except Problem as refused:
        assert refused.status == 401  # noqa: PT017 - either is right
    else:
        for text in (identity.user_id, identity.company_id, identity.name or "", identity.email or ""):
            assert len(text) <= 200
            assert text.isprintable() or not any(ord(letter) < 32 for letter in text)
            text.encode()


def test_clocks_may_be_a_few_seconds_apart() -> None:
    verifier, now = TokenVerifier(secret=SECRET), time.time()
    assert verifier.verify(hs256(exp=now - 3, nbf=now + 3, iat=now + 3)).user_id == "7"
    with pytest.raises(Problem, match="expired"):
        verifier.verify(hs256(exp=now - 10))


def test_issuer_and_audience_are_checked_where_they_are_set() -> None:
    verifier = TokenVerifier(secret=SECRET, issuer="https://id.example", audience="tandem")
    good = {"iss": "https://id.example", "aud": ["tandem", "other"]}
    assert verifier.verify(hs256(**good)).user_id == "7"
    for wrong in ({"iss": "https://evil.example"}, {"iss": ...}, {"aud": "other"}, {"aud": ...}, {"aud": [1]}):
        with pytest.raises(Problem, match="401"):
            verifier.verify(hs256(**good | wrong))


@pytest.mark.parametrize(
    "token",
    [
        unsigned(),
        "nonsense",
        jwt.encode(CLAIMS, "another secret, also long enough", "HS256"),
        jwt.encode(CLAIMS, SECRET * 2, "HS512"),
        hs256(exp=time.time() - 10),
        hs256(sub=""),
        hs256(sub=7),
        hs256(company_id=None),
        hs256(role="root"),
        hs256(exp=...),
        hs256(exp=None),
        signed(json.dumps(CLAIMS | {"exp": str(int(CLAIMS["exp"]))}).encode()),
        hs256(tz="Mars/Olympus"),
        hs256(tz="../../etc/passwd"),
        hs256(tz="America"),
        hs256(sub="7\n"),
        hs256(company_id="acme\x1f7"),
        hs256(name="\x00"),
        hs256(name=5),
        hs256(email="a" * 201),
        hs256(sub="\ud800"),
        signed(json.dumps(CLAIMS | {"exp": float("inf")}).encode()),
        signed(json.dumps(CLAIMS | {"exp": [1]}).encode()),
        signed(b"[" * 100_000),
        signed(json.dumps(CLAIMS).encode(), b"[" * 100_000),
    ],
)
def test_everything_else_is_refused(token: str) -> None:
    with pytest.raises(Problem) as refused:
        TokenVerifier(secret=SECRET).verify(token)
    assert refused.value.status == 401
    assert refused.value.headers["WWW-Authenticate"] == "Bearer"


RSA_KEY = rsa.generate_private_key(65537, 2048)
SHORT_KEY = rsa.generate_private_key(65537, 1024)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_CURVE = ec.generate_private_key(ec.SECP384R1())


@pytest.fixture
def jwks_url() -> Iterator[str]:
    keys = [
        json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key())) | {"kid": "rsa", "use": "sig"},
        json.loads(jwt.algorithms.ECAlgorithm.to_jwk(EC_KEY.public_key())) | {"kid": "ec", "use": "sig"},
        json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(SHORT_KEY.public_key())) | {"kid": "short", "use": "sig"},
        json.loads(jwt.algorithms.ECAlgorithm.to_jwk(OTHER_CURVE.public_key())) | {"kid": "p384", "use": "sig"},
        {"kty": "oct", "kid": "oct", "k": base64.urlsafe_b64encode(SECRET.encode()).decode(), "use": "sig"},
    ]

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"keys": keys}).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            return

    server = HTTPServer(("127.0.0.1", 0), Keys)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/jwks"
    server.shutdown()
    thread.join()
    server.server_close()


def test_published_keys_verify_rs256_and_es256(jwks_url: str) -> None:
    verifier = TokenVerifier(jwks_url=jwks_url)
    assert verifier.verify(jwt.encode(CLAIMS, RSA_KEY, "RS256", {"kid": "rsa"})).user_id == "7"
    assert verifier.verify(jwt.encode(CLAIMS, EC_KEY, "ES256", {"kid": "ec"})).user_id == "7"


def test_short_rsa_keys_and_other_curves_are_refused(jwks_url: str) -> None:
    for token in (
        jwt.encode(CLAIMS, SHORT_KEY, "RS256", {"kid": "short"}),
        jwt.encode(CLAIMS, OTHER_CURVE, "ES384", {"kid": "p384"}),
    ):
        with pytest.raises(Problem, match="401"):
            TokenVerifier(jwks_url=jwks_url).verify(token)


def test_key_type_confusion_is_refused(jwks_url: str) -> None:
    public = RSA_KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for token in (
        forged(public, alg="HS256", kid="rsa"),
        jwt.encode(CLAIMS, SECRET, "HS256", {"kid": "oct"}),
        jwt.encode(CLAIMS, EC_KEY, "ES256", {"kid": "rsa"}),
        unsigned(),
    ):
        with pytest.raises(Problem, match="401"):
            TokenVerifier(jwks_url=jwks_url).verify(token)


def test_keys_out_of_reach_are_an_outage_not_a_refusal() -> None:
    with pytest.raises(Transient, match="jwks_unavailable"):
        TokenVerifier(jwks_url="http://127.0.0.1:1/jwks").verify(jwt.encode(CLAIMS, RSA_KEY, "RS256", {"kid": "rsa"}))
