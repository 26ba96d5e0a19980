"""Ids of occurrences: Google's own way, and ours where a provider's ids of occurrences cannot be derived."""

import re

_INSTANCE = re.compile(r"(?P<series>.+)_(?P<day>\d{8})(?:T(?P<clock>\d{6})Z)?")


def instance_id(series_id: str, original_start: str) -> str:
    """Return `{series}_{YYYYMMDDTHHMMSSZ}`, or `{series}_{YYYYMMDD}` for an all-day series."""
    return f"{series_id}_{original_start.replace('-', '').replace(':', '')}"


def instance_place(event_id: str) -> tuple[str, str] | None:
    """Return series id and original start (RFC 3339) of an instance's id; None where it is no instance's."""
    found = _INSTANCE.fullmatch(event_id)
    if not found:
        return None
    day, clock = found["day"], found["clock"]
    place = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    return found["series"], f"{place}T{clock[:2]}:{clock[2:4]}:{clock[4:]}Z" if clock else place
