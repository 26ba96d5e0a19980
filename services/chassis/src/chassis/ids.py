"""Identifiers for messages, documents and requests."""

import uuid_utils


def new_id() -> str:
    """Return a new UUID version 7 (RFC 9562): unique, and sorting by the time it was made."""
    return str(uuid_utils.uuid7())


def joined(*parts: str, separator: str) -> str:
    """Return parts as one text; different parts never give the same one, whatever is in them (G4).

    What holds neither the separator nor a backslash stands there as it is.
    """
    return separator.join(part.replace("\\", "\\\\").replace(separator, "\\s") for part in parts)


def beginning_with(*parts: str, separator: str) -> dict[str, str]:
    """Return the MongoDB condition for texts that `joined` made of these parts and others; an index answers it."""
    begin = joined(*parts, separator=separator) + separator
    return {"$gte": begin, "$lt": begin[:-1] + chr(ord(separator) + 1)}
