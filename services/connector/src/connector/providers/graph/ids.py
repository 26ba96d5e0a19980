"""Ids: keys of new events, and the occurrences of a series, whose own ids tell nothing.

Exchange's ids of occurrences cannot be derived, and `occurrenceId` names a day only. An occurrence is known by its
master's id and its original start instead; its own id is looked up where one is to be written.
"""

import re
import uuid

# Fixed for good: a new event is recognised by what is derived from it.
_NAMESPACE = uuid.UUID("2f7c9f7b-7a52-5d86-8a6f-2b9a3f0c4d11")
_MARK = "."  # in no id of Exchange's, which are base64url
_PLACE = re.compile(r"(?P<series>[^.]+)\.(?P<day>\d{8})(?:T(?P<clock>\d{6})Z)?")
_NAME = re.compile(r"OID\..+\.(\d{4}-\d{2}-\d{2})")


def transaction_id(account_key: str, activity_id: str, calendar_id: str, generation: int) -> str:
    """Return the key of an event born from an activity: Exchange makes one event of it, however often it is asked."""
    return str(uuid.uuid5(_NAMESPACE, f"{account_key}|{activity_id}|{calendar_id}|{generation}"))


def occurrence_id(series_id: str, original_start: str) -> str:
    """Return `{series}.{YYYYMMDDTHHMMSSZ}`, or `{series}.{YYYYMMDD}` for an all-day series."""
    return f"{series_id}{_MARK}{original_start.replace('-', '').replace(':', '')}"


def place_of(event_id: str) -> tuple[str, str] | None:
    """Return series id and original start (RFC 3339) of an occurrence's id; None where it is no occurrence's."""
    found = _PLACE.fullmatch(event_id)
    if not found:
        return None
    day, clock = found["day"], found["clock"]
    place = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    return found["series"], f"{place}T{clock[:2]}:{clock[2:4]}:{clock[4:]}Z" if clock else place


def day_of(occurrence_name: object) -> str | None:
    """Return the original day (YYYY-MM-DD, in the zone of its series) of an `occurrenceId`."""
    found = _NAME.fullmatch(occurrence_name) if isinstance(occurrence_name, str) else None
    return found[1] if found else None
