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

from chassis.errors import Transient
from chassis.web.auth import Identity, TokenVerifier
from chassis.web.problems import Problem

SECRET = "s" * 32
CLAIMS: dict[str, Any] = {"sub": "7", "company_id": "acme", "role": "admin"}


def hs256(**changes: Any) -> str:
    return jwt.encode(CLAIMS | changes, SECRET, "HS256")


def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def forged(key: bytes, **header: str) -> str:
    """Return a token signed by HMAC with whatever key, which no honest library would do."""
    signed = f"{part(json.dumps(header).encode())}.{part(json.dumps(CLAIMS).encode())}"
    return f"{signed}.{part(hmac.digest(key, signed.encode(), 'sha256'))}"


def unsigned() -> str:
    return forged(b"", alg="none", typ="JWT").rsplit(".", 1)[0] + "."


def test_a_valid_token_gives_the_identity() -> None:
    identity = TokenVerifier(secret=SECRET).verify(hs256(name="Ada", tz="Europe/Tallinn", aud="x"))
    assert identity == Identity("7", "acme", "admin", name="Ada", tz="Europe/Tallinn")
    assert identity.is_admin


def test_a_zone_that_does_not_exist_is_left_out() -> None:
    assert TokenVerifier(secret=SECRET).verify(hs256(tz="Mars/Olympus")).tz is None


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
    ],
)
def test_everything_else_is_refused(token: str) -> None:
    with pytest.raises(Problem) as refused:
        TokenVerifier(secret=SECRET).verify(token)
    assert refused.value.status == 401
    assert refused.value.headers["WWW-Authenticate"] == "Bearer"


RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def jwks_url() -> Iterator[str]:
    keys = [
        json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key())) | {"kid": "rsa", "use": "sig"},
        json.loads(jwt.algorithms.ECAlgorithm.to_jwk(EC_KEY.public_key())) | {"kid": "ec", "use": "sig"},
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
