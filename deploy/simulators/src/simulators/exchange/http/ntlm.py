"""NTLM's real handshake (MS-NLMP) by pyspnego, which takes the server's side with a file of credentials."""

import base64
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import spnego
from spnego._ntlm_raw.crypto import ntowfv1
from spnego._ntlm_raw.messages import Authenticate
from spnego.exceptions import SpnegoError

_FILE = "NTLM_USER_FILE"
# Signature and message type.
_HEAD = 12
_NO_LM = "0" * 32


@dataclass(frozen=True, slots=True)
class Step:
    """What a client's message led to: a challenge to answer with, or the user whom it names.

    `proved`: whether the message proves his password. A message that is none leads to nothing of these.
    """

    challenge: str | None = None
    user: str = ""
    proved: bool = False


class Handshake:
    """The server's side of one connection's handshake."""

    def __init__(self) -> None:
        """No client has said anything yet."""
        self._context: spnego.ContextProxy | None = None

    def step(self, token: str, passwords: Iterable[tuple[str, str]]) -> Step:
        """Take a client's message (base64); `passwords`: user names, as clients may write them, with passwords."""
        try:
            raw = _read(token)
        except ValueError:
            return Step()
        if _is_negotiate(raw):
            return self._challenged(raw, passwords)
        return self._judged(raw, passwords)

    def _challenged(self, raw: bytes, passwords: Iterable[tuple[str, str]]) -> Step:
        with _credentials(passwords):
            context = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
        try:
            challenge = context.step(raw) or b""
        except SpnegoError:
            return Step()
        self._context = context
        return Step(challenge=base64.b64encode(challenge).decode())

    def _judged(self, raw: bytes, passwords: Iterable[tuple[str, str]]) -> Step:
        context, self._context = self._context, None
        if context is None:
            return Step()
        try:
            named = Authenticate.unpack(raw)
        except (SpnegoError, ValueError):
            return Step()
        user = f"{named.domain_name}\\{named.user_name}" if named.domain_name else named.user_name or ""
        try:
            with _credentials(passwords):
                context.step(raw)
        except SpnegoError:
            return Step(user=user)
        return Step(user=user, proved=context.complete)


def _read(token: str) -> bytes:
    """Return a message's bytes; ValueError for what is too short to say of what type it is."""
    raw = base64.b64decode(token, validate=True)
    if len(raw) < _HEAD:
        raise ValueError("no message of NTLM")
    return raw


def _is_negotiate(raw: bytes) -> bool:
    """Whether a message is the first of a handshake (NEGOTIATE_MESSAGE)."""
    return raw[8:12] == b"\x01\x00\x00\x00"


@contextmanager
def _credentials(passwords: Iterable[tuple[str, str]]) -> Iterator[None]:
    """Have pyspnego find the users in its file (in smbpasswd's form: passwords may hold any character)."""
    lines = (f"{user}:1000:{_NO_LM}:{ntowfv1(password).hex()}:[U]:LCT-0\n" for user, password in passwords)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "users"
        path.write_text("".join(lines), "utf-8")
        before = os.environ.get(_FILE)
        os.environ[_FILE] = str(path)
        try:
            yield
        finally:
            os.environ.pop(_FILE) if before is None else os.environ.update({_FILE: before})
