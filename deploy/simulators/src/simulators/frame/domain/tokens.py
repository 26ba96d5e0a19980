"""Opaque page and sync tokens: they carry their own state, so they outlive a restart."""

import base64
import binascii
import hashlib
import json
from typing import Any


def encode(content: dict[str, Any]) -> str:
    """A token that clients must not look into."""
    text = json.dumps(content, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(text.encode()).decode()


def decode(token: str) -> dict[str, Any] | None:
    """The content of a token of ours; None for anything else."""
    try:
        content = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, binascii.Error, UnicodeError):
        return None
    return content if isinstance(content, dict) else None


def fingerprint(*parts: object) -> str:
    """A short name for a combination of query parameters."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
