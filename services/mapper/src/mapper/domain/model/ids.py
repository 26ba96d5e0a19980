"""Derived ids, which make duplicates impossible: the same event always becomes the same activity."""

from typing import Final
from uuid import UUID, uuid5

_NAMESPACE: Final = UUID("6c3ff4d2-5f0b-5d0e-9a55-3b7a3a1d7c10")


def activity_id_for(account_key: str, calendar_id: str, event_id: str, generation: int = 0) -> str:
    """Return the id of the activity made from an event: creating it twice is updating it once.

    A series moved there and back uses the id of an event again, while its first activity goes on elsewhere (E4):
    then the next `generation` is another activity's.
    """
    again = f"|{generation}" if generation else ""
    return str(uuid5(_NAMESPACE, f"{account_key}|{calendar_id}|{event_id}{again}"))


def link_id_for(account_key: str, activity_id: str) -> str:
    """Return the id of a link: one per account and activity."""
    return f"{account_key}:{activity_id}"
