"""Exchange's ids: an item's default id names its folder too, its immutable id does not.

Both are case-sensitive base64url with `=` at the end; ids of occurrences carry their day.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import date
from random import Random

# They decode to what Exchange's own ids begin with: `AAMk…` and `AAkA…`.
_DEFAULT, _IMMUTABLE, _FOLDER = b"\x00\x03\x24", b"\x00\x09\x00\x00", b"\x00\x03\x24\x01"
_KEY = 16
# EWS puts the mailbox in front, so that its ids have 152 letters.
_MAILBOX = b"\x00\x03\x24\x00\x2e\x00" + b"7c9d2f4e-5b1a-4c3d-8e6f-0a1b2c3d4e5f".ljust(70, b"\x00") + b"\x01"
_DAY_MARK = b"\x01\x00"


@dataclass(frozen=True, slots=True)
class Ref:
    """What an id says: the item, the day of the occurrence, and (default ids) the folder."""

    key: str
    day: str | None = None
    folder: str | None = None


def new_key(rng: Random) -> str:
    """The inner name of a new item or folder."""
    return rng.randbytes(_KEY).hex()


def item_id(ref: Ref, folder: str, *, immutable: bool) -> str:
    """The id that a client gets to see; only the default one changes with the folder."""
    day = _DAY_MARK + date.fromisoformat(ref.day).toordinal().to_bytes(4, "big") if ref.day else b""
    key = bytes.fromhex(ref.key)
    return _text(_IMMUTABLE + key + day if immutable else _DEFAULT + bytes.fromhex(folder) + key + day)


def folder_id(folder: str, email: str) -> str:
    """The id of a calendar in somebody's mailbox: a shared one has another id for each."""
    seen = hashlib.sha256(f"{email} {folder}".encode()).digest()[:_KEY]
    return _text(_FOLDER + seen)


def seen_from(mailbox: str, key: str) -> str:
    """An item's inner name as another mailbox than its owner's shows it, and back; `""` is the owner's own."""
    if not mailbox:
        return key
    mask = hashlib.sha256(mailbox.encode()).digest()[:_KEY]
    return bytes(a ^ b for a, b in zip(bytes.fromhex(key), mask, strict=True)).hex()


def with_mailbox(item_id: str) -> str:
    """Return a default id as EWS writes it; `parse` knows it again."""
    return _text(_MAILBOX + base64.urlsafe_b64decode(item_id))


def parse(text: str) -> Ref | None:
    """What an item's id says; None for what is no id."""
    try:
        raw = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error, UnicodeError):
        return None
    raw = raw.removeprefix(_MAILBOX)
    if raw.startswith(_IMMUTABLE):
        return _ref(raw[len(_IMMUTABLE) :], None)
    if raw.startswith(_DEFAULT):
        rest = raw[len(_DEFAULT) :]
        return _ref(rest[_KEY:], rest[:_KEY].hex())
    return None


def occurrence_name(master_id: str, day: str) -> str:
    """`occurrenceId`: names an occurrence by its master and original day."""
    return f"OID.{master_id}.{day}"


def _ref(rest: bytes, folder: str | None) -> Ref | None:
    key, tail = rest[:_KEY], rest[_KEY:]
    if len(key) != _KEY:
        return None
    if not tail:
        return Ref(key.hex(), None, folder)
    if len(tail) != len(_DAY_MARK) + 4 or not tail.startswith(_DAY_MARK):
        return None
    ordinal = int.from_bytes(tail[len(_DAY_MARK) :], "big")
    if not 1 <= ordinal <= date.max.toordinal():
        return None
    return Ref(key.hex(), date.fromordinal(ordinal).isoformat(), folder)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()
