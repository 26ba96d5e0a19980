"""The key of a new event, derived from its link."""

import uuid

# Fixed for good: a new event is recognised by what is derived from it.
_NAMESPACE = uuid.UUID("2f7c9f7b-7a52-5d86-8a6f-2b9a3f0c4d11")


def key_of(account_key: str, activity_id: str, calendar_id: str, generation: int) -> str:
    """Return the key of an event born from an activity; Graph makes one event of it, however often it is asked."""
    return str(uuid.uuid5(_NAMESPACE, f"{account_key}|{activity_id}|{calendar_id}|{generation}"))
