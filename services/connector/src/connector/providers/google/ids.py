"""Google's event ids: ours for new events, those of a series' instances, and the lineage of split series."""

import base64
import re
import uuid

# Fixed for good: the ids of events written long ago are derived from it.
_NAMESPACE = uuid.UUID("5f0c6a1e-3f0b-5f53-9d0b-1f6c1d7f5a10")
_INSTANCE = re.compile(r"(?P<series>.+)_(?P<day>\d{8})(?:T(?P<clock>\d{6})Z)?")
_SPLIT = re.compile(r"_R\d{8}(?:T\d{6}Z?)?$")


def derived_id(account_key: str, activity_id: str, calendar_id: str, generation: int) -> str:
    """Return the id of an event born from an activity: base32hex in lower case, as events.insert asks for."""
    name = f"{account_key}|{activity_id}|{calendar_id}|{generation}"
    return base64.b32hexencode(uuid.uuid5(_NAMESPACE, name).bytes).decode().rstrip("=").lower()


def instance_id(series_id: str, original_start: str) -> str:
    """Return `{series}_{YYYYMMDDTHHMMSSZ}`, or `{series}_{YYYYMMDD}` for an all-day series."""
    return f"{series_id}_{original_start.replace('-', '').replace(':', '')}"


def instance_place(event_id: str) -> tuple[str, str] | None:
    """Return series id and original start (RFC 3339) of an instance's id; None where it is no instance's.

    A `_R` suffix is a master's own. A sparse tombstone has nothing but this id to tell its place by.
    """
    found = _INSTANCE.fullmatch(event_id)
    if not found:
        return None
    day, clock = found["day"], found["clock"]
    place = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    return found["series"], f"{place}T{clock[:2]}:{clock[2:4]}:{clock[4:]}Z" if clock else place


def lineage(series_id: str) -> str:
    """Return what all series have in common that came from one by "this and following": the id without `_R…`."""
    return _SPLIT.sub("", series_id)
