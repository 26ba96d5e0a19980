"""NTLM's real handshake (MS-NLMP) by pyspnego, which takes the server's side with a file of credentials."""

import base64
import binascii
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import spnego
from spnego._ntlm_raw.crypto import ntowfv1
from spnego.exceptions import SpnegoError

_FILE = "NTLM_USER_FILE"
# Signature and message type.
_HEAD = 12
_NO_LM = "0" * 32


class Handshake:
    """The server's side of one connection's handshake."""

    def __init__(self) -> None:
        """No client has said anything yet."""
        self._context: spnego.ContextProxy | None = None

    def step(self, token: str, passwords: Iterable[tuple[str, str]]) -> tuple[str | None, str | None]:
        """Take a client's token (base64); return the challenge to answer with, or the user's name who has proved it.

        `passwords`: user names, as clients may write them, with their passwords. Both None: refused.
        """
        try:
            raw = _read(token)
            with _credentials(passwords):
                return self._stepped(raw)
        except (SpnegoError, binascii.Error, ValueError):
            self._context = None
            return None, None

    def _stepped(self, raw: bytes) -> tuple[str | None, str | None]:
        if _is_negotiate(raw) or self._context is None:
            self._context = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
        challenge = self._context.step(raw)
        if self._context.complete:
            return None, self._context.client_principal
        return base64.b64encode(challenge or b"").decode(), None


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
