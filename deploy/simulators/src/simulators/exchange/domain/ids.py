"""EWS's ids: those of the store, in standard base64, with the folder inside (a moved item has another); change keys."""

import base64
import binascii
import hashlib

from simulators.frame.store import ids
from simulators.frame.store.ids import Ref, new_key

__all__ = ["Ref", "change_key", "folder_id", "item_id", "new_key", "number_of", "parse"]

_FOLDER = b"\x00\x03\x24\x01\x00\x2e"
_CHANGE = b"\x0f\x00\x00\x00\x16\x00\x00\x00"
_TO_EWS = str.maketrans("-_", "+/")
_FROM_EWS = str.maketrans("+/", "-_")


def item_id(key: str, folder: str, day: str | None = None) -> str:
    """Return the id of an item in a folder; `day`: the original day (ISO) of an occurrence."""
    return ids.with_mailbox(ids.item_id(Ref(key, day), folder, immutable=False)).translate(_TO_EWS)


def folder_id(folder: str, email: str) -> str:
    """Return the id of a folder in somebody's mailbox; it fits into a path of the control API."""
    seen = hashlib.sha256(f"{email} {folder}".encode()).hexdigest()[:24]
    return base64.b64encode(_FOLDER + seen.encode()).decode()


def parse(text: str) -> Ref | None:
    """Return what an item's id says (key, day, folder); None for what is no id."""
    return None if set(text) & set("-_") else ids.parse(text.translate(_FROM_EWS))


def change_key(number: int) -> str:
    """Return the change key of a change's number."""
    return base64.b64encode(_CHANGE + number.to_bytes(8, "big")).decode()


def number_of(key: str) -> int | None:
    """Return the number of a change key; None for what is none."""
    try:
        raw = base64.b64decode(key, validate=True)
    except (ValueError, binascii.Error):
        return None
    if not raw.startswith(_CHANGE) or len(raw) != len(_CHANGE) + 8:
        return None
    return int.from_bytes(raw[len(_CHANGE) :], "big")
