"""Secrets at rest: AES-256-GCM under rotating keys, bound to their owner so that sealed values cannot be swapped.

A sealed value reads `v1:<key id>:<base64url of nonce and ciphertext>`. Keys are given as `id:base64,id:base64`
(32 bytes each): the first seals, any opens, so a key is rotated by putting a new one in front and sealing anew
what `needs_rotation`. An id stands for one key: given twice, half of what is sealed under it could not be opened.
"""

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.errors import Rejected

_VERSION = "v1"
_KEY_BYTES = 32
_NONCE_BYTES = 12
"""NIST SP 800-38D §5.2.1.1 recommends 96 bits."""


def _key(text: str) -> tuple[str, AESGCM]:
    key_id, _, encoded = text.strip().partition(":")
    try:
        raw = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error:
        raise ValueError("a key is not base64") from None
    if not key_id or len(raw) != _KEY_BYTES:
        raise ValueError(f"keys must read id:base64 with {_KEY_BYTES} bytes each")
    return key_id, AESGCM(raw)


def key_id_of(sealed: str) -> str:
    """Return the id of the key that a value is sealed under; empty where it is none of ours."""
    version, key_id, _ = [*sealed.split(":", 2), "", ""][:3]
    return key_id if version == _VERSION else ""


class Cipher:
    """Seals and opens secrets. Raises `ValueError` on malformed keys, without showing them."""

    def __init__(self, keys: str) -> None:
        pairs = [_key(text) for text in keys.split(",")]
        self._keys = dict(pairs)
        if twice := {name for name, _ in pairs if [one for one, _ in pairs].count(name) > 1}:
            raise ValueError(f"each key needs an id of its own: {', '.join(sorted(twice))} is given twice")
        self._current = pairs[0][0]

    @property
    def current_key(self) -> str:
        """The id of the key that seals."""
        return self._current

    def encrypt(self, plaintext: bytes, context: str) -> str:
        """Return the plaintext sealed for a context (the owner's id), which must be given again to open it."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._keys[self._current].encrypt(nonce, plaintext, context.encode())
        return f"{_VERSION}:{self._current}:{base64.urlsafe_b64encode(sealed).decode()}"

    def decrypt(self, sealed: str, context: str) -> bytes:
        """Return the plaintext; `Rejected` where the key is unknown, the value was altered or the context differs."""
        key_id = key_id_of(sealed)
        key = self._keys.get(key_id)
        if key is None:
            raise Rejected("unknown_key", f"sealed under the key {key_id!r}, which is not configured")
        try:
            raw = base64.urlsafe_b64decode(sealed.split(":", 2)[2])
            return key.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):
            raise Rejected("decryption_failed", "the sealed value was altered or belongs to another owner") from None

    def needs_rotation(self, sealed: str) -> bool:
        """Whether the value is sealed under an older key than the current one."""
        return not sealed.startswith(f"{_VERSION}:{self._current}:")
