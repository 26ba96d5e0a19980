"""What Exchange can hold of an event's content (F6): the canonical form, in which writes and reads agree."""

import re
from datetime import timedelta

from chassis.errors import Rejected
from connector.adapters.providers.html.texts import plain
from connector.domain.provider.spans import is_computable
from connector.domain.provider.zones import iana_zone
from contracts.calendar_objects import EventChanges
from contracts.times import AllDay, EventTime, Timed

# Exchange's limit for PidTagSubject and for a location's name, in UTF-16 units.
_LONGEST_LINE = 255
_DAY = timedelta(days=1)
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_NO_XML = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
"""What no XML document may hold (XML 1.0 2.2), beside the controls."""


def holdable(changes: EventChanges) -> EventChanges:
    """Return the changes as Exchange can hold them. Raises Rejected for a time that it cannot."""
    return EventChanges(
        summary=None if changes.summary is None else one_line(changes.summary),
        location=None if changes.location is None else one_line(changes.location),
        description=None if changes.description is None else plain(without_invalid(changes.description)),
        time=changes.time and _time(changes.time),
        transparency=changes.transparency,
        attendees=changes.attendees,
    )


def one_line(text: str) -> str:
    """Return a text as a single line, without blanks around it, within Exchange's limit."""
    line = _BREAKS.sub(" ", without_invalid(text)).strip()
    units = line.encode("utf-16-le")[: 2 * _LONGEST_LINE]
    return units.decode("utf-16-le", errors="ignore").strip()


def without_invalid(text: str) -> str:
    """Return a text without what no XML document may hold; controls are left to others."""
    return _NO_XML.sub("", text)


def _time(time: EventTime) -> EventTime:
    if not is_computable(time):
        raise Rejected("date_out_of_range", "its dates are beyond what a calendar can compute with")
    if isinstance(time, AllDay):
        return time if time.end > time.start else AllDay(start=time.start, end=time.start + _DAY)
    zone = iana_zone(time.timezone)
    if zone is None:
        raise Rejected("unknown_time_zone", f"the time zone {time.timezone} is unknown")
    start = time.start.replace(microsecond=0)
    return Timed(start=start, end=max(start, time.end.replace(microsecond=0)), timezone=zone)
