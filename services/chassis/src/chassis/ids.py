"""Identifiers for messages, documents and requests."""

import uuid_utils


def new_id() -> str:
    """Return a new UUID version 7 (RFC 9562): unique, and sorting by the time it was made."""
    return str(uuid_utils.uuid7())
