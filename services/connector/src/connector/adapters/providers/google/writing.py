"""What is sent to Google for a change: only the fields that changed, as far as Google can hold them (F6)."""

from datetime import timedelta
from itertools import accumulate, takewhile
from typing import Any

from chassis.errors import Rejected
from connector.adapters.providers.google.marker import write_marker
from connector.adapters.providers.google.times import write_time
from connector.adapters.providers.html.dialects import GOOGLE
from connector.adapters.providers.html.splice import spliced
from connector.adapters.providers.html.texts import escaped, plain
from connector.domain.provider.port import NewEvent
from connector.domain.provider.spans import is_computable
from connector.domain.provider.texts import lines
from connector.domain.provider.zones import iana_zone
from contracts.calendar_objects import EventChanges, Marker
from contracts.times import AllDay, EventTime, Timed

# "8K characters": Google's help pages; the API reference names no limit. Counted as it is sent, with entities.
MAX_DESCRIPTION = 8192
# Google answers timeRangeEmpty unless the end is after the start; the same length as F2's default.
_SHORTEST = timedelta(minutes=30)


def insert_body(new: NewEvent) -> Any:  # noqa: ANN401 - JSON, which the SDK checks
    """Return the body of events.insert. Raises Rejected where the event has no time."""
    if new.content.time is None:
        raise Rejected("time_missing", "an event cannot be created without a time")
    body = patch_body(new.content, new.marker)
    for side in ("start", "end"):
        body[side] = {name: value for name, value in body[side].items() if value is not None}
    return body | {"id": new.key}


def patch_body(changes: EventChanges, marker: Marker, there: str = "") -> Any:  # noqa: ANN401 - JSON, which the SDK checks
    """Return the body of events.patch: what is not named there stays as it is.

    `there`: the description's HTML as it is, wherever that changes.
    """
    held = holdable(changes)
    body = held.model_dump(exclude_none=True, exclude={"time"}) | write_marker(marker)
    if held.description is not None:
        body["description"] = _description(held.description, there)
    return body | write_time(held.time) if held.time else body


def _description(text: str, there: str) -> str:
    """Return a description as HTML, in the markup that is there (F9) if there is room for both."""
    html = spliced(lines(there), text, GOOGLE)
    return html if len(html) <= MAX_DESCRIPTION else GOOGLE.written(text)


def holdable(changes: EventChanges) -> EventChanges:
    """Return the changes as Google can hold them: line ends as LF, a description as far as HTML holds it, limits."""
    return EventChanges(
        summary=_text(changes.summary),
        location=_text(changes.location),
        description=None if changes.description is None else _cut(plain(changes.description)),
        time=_time(changes.time),
        transparency=changes.transparency,
        attendees=changes.attendees,
    )


def _text(text: str | None) -> str | None:
    return None if text is None else lines(text)


def _cut(text: str) -> str:
    """Return as much of a text as Google holds once `&`, `<` and `>` are entities."""
    ends = accumulate(len(escaped(character)) for character in text)
    room = sum(1 for _ in takewhile(lambda end: end <= MAX_DESCRIPTION, ends))
    return plain(text[:room])


def _time(time: EventTime | None) -> EventTime | None:
    if time and not is_computable(time):
        raise Rejected("date_out_of_range", "its dates are beyond what a calendar can compute with")
    if isinstance(time, AllDay):
        return time if time.end > time.start else AllDay(start=time.start, end=time.start + timedelta(days=1))
    return time and _span(time)


def _span(time: Timed) -> Timed:
    zone = iana_zone(time.timezone)
    if zone is None:
        raise Rejected("unknown_time_zone", f"the time zone {time.timezone} is unknown")
    start, end = time.start.replace(microsecond=0), time.end.replace(microsecond=0)
    return Timed(start=start, end=end if end > start else start + _SHORTEST, timezone=zone)
