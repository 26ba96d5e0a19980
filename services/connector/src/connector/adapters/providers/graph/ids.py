"""The names of occurrences.

Exchange's own ids of occurrences cannot be derived, and `occurrenceId` tells but the day. An occurrence is known by
its master's id and its original start instead (`providers.instances`); its own id is looked up where one is written.
"""

import re
from zoneinfo import ZoneInfo

from contracts.times import EventTime, Timed

_NAME = re.compile(r"OID\..+\.(\d{4}-\d{2}-\d{2})")


def occurrence_name(series_id: str, time: EventTime) -> str:
    """Return the `occurrenceId` of an occurrence that stands where the rule put it."""
    day = time.start.astimezone(ZoneInfo(time.timezone)).date() if isinstance(time, Timed) else time.start
    return f"OID.{series_id}.{day}"


def day_of(occurrence_name: object) -> str | None:
    """Return the original day (YYYY-MM-DD, in the zone of its series) of an `occurrenceId`."""
    found = _NAME.fullmatch(occurrence_name) if isinstance(occurrence_name, str) else None
    return found[1] if found else None
