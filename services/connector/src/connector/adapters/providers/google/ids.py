"""Google's event ids: ours for new events, those of a series' instances, and the lineage of split series."""

import base64
import re
import uuid

from connector.adapters.providers.instances import instance_id, instance_place

__all__ = ["derived_id", "instance_id", "instance_place", "lineage"]

# Fixed for good: the ids of events written long ago are derived from it.
_NAMESPACE = uuid.UUID("5f0c6a1e-3f0b-5f53-9d0b-1f6c1d7f5a10")
_SPLIT = re.compile(r"_R\d{8}(?:T\d{6}Z?)?$")


def derived_id(account_key: str, activity_id: str, calendar_id: str, generation: int) -> str:
    """Return the id of an event born from an activity: base32hex in lower case, as events.insert asks for."""
    name = f"{account_key}|{activity_id}|{calendar_id}|{generation}"
    return base64.b32hexencode(uuid.uuid5(_NAMESPACE, name).bytes).decode().rstrip("=").lower()


def lineage(series_id: str) -> str:
    """Return what all series have in common that came from one by "this and following": the id without `_R…`."""
    return _SPLIT.sub("", series_id)
