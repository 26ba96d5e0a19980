"""Splits a calendar file (RFC 5545) into its events and parses each alone: one that cannot be read stops no other.

Each event is parsed with the time zones that it names and the calendar's `X-WR-TIMEZONE`.
"""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import x_wr_timezone
from icalendar import Calendar
from icalendar.timezone import tzp

from sandbox.ics.errors import Refused
from sandbox.ics.times import Component, many

_FOLD = re.compile(r"\r?\n[ \t]")
_TZID = re.compile(r'TZID="?([^":;]+)', re.IGNORECASE)
_SUMMARY = re.compile(r"^SUMMARY[^:\n]*:(.*)$", re.IGNORECASE | re.MULTILINE)
_LINE_END = "\r\n"
_ONCE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "UID", "RRULE")
"""Properties that decide when an event is; RFC 5545 §3.6.1 allows each at most once (an old second RRULE is kept)."""
_ZONED = ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE")


@dataclass
class _Parts:
    """The lines of a file: of its calendar, its time zones by name, and its events."""

    calendar: list[str] = field(default_factory=list)
    zones: dict[str, list[str]] = field(default_factory=dict)
    events: list[list[str]] = field(default_factory=list)


def components(data: bytes) -> Iterator[Component | Refused]:
    """Return every VEVENT of a file, parsed, or why it cannot be read.

    Raises ValueError where the file holds no calendar at all.
    """
    # The library keeps the time zones of all files it has read by their names; this file's own are to count.
    tzp.use_default()
    text = _FOLD.sub("", data.decode("utf-8-sig", errors="replace"))
    if "BEGIN:VCALENDAR" not in text.upper():
        raise ValueError("the file holds no calendar (BEGIN:VCALENDAR)")
    parts = _parts(text.splitlines())
    for lines in parts.events:
        yield _parsed(lines, parts)


def _parts(lines: list[str]) -> _Parts:
    parts, current, kind = _Parts(), list[str](), ""
    for line in lines:
        word = line.strip().upper()
        if not kind and word in {"BEGIN:VEVENT", "BEGIN:VTIMEZONE"}:
            current, kind = [], word.removeprefix("BEGIN:")
        if kind:
            current.append(line)
        elif word.startswith("X-WR-TIMEZONE"):
            parts.calendar.append(line)
        if kind and word == f"END:{kind}":
            _keep(parts, kind, current)
            kind = ""
    if kind == "VEVENT":
        parts.events.append(current)
    return parts


def _keep(parts: _Parts, kind: str, lines: list[str]) -> None:
    if kind == "VEVENT":
        parts.events.append(lines)
        return
    named = next((line.split(":", 1)[1] for line in lines if line.upper().startswith("TZID") and ":" in line), "")
    parts.zones[named.strip()] = lines


def _parsed(lines: list[str], parts: _Parts) -> Component | Refused:
    text = _LINE_END.join(lines)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # guesses of the library about zones' names, which are checked here
            event = _event_of(_calendar_of(text, parts))
    except Exception as error:  # noqa: BLE001 - what a parser raises on any text is listed nowhere; no event stops others
        return Refused(_title(text), f"it cannot be read: {str(error) or type(error).__name__}")
    problem = _problem(event) or _unknown_zone(event)
    return Refused(_title(text), problem) if problem else event


def _calendar_of(event: str, parts: _Parts) -> str:
    zones = [line for name in dict.fromkeys(_TZID.findall(event)) for line in parts.zones.get(name.strip(), [])]
    return _LINE_END.join(["BEGIN:VCALENDAR", *parts.calendar, *zones, event, "END:VCALENDAR", ""])


def _event_of(text: str) -> Component:
    return x_wr_timezone.to_standard(Calendar.from_ical(text)).walk("VEVENT")[0]


def _problem(event: Component) -> str | None:
    if "DTSTART" not in event:
        return "it has no start (DTSTART)"
    broken = next(((name, why) for name, why in event.errors if name in _ONCE), None)
    if broken:
        return f"{broken[0]} cannot be read: {broken[1]}"
    twice = next((name for name in _ONCE if name != "RRULE" and isinstance(event.get(name), list)), None)
    return f"it has more than one {twice}" if twice else None


def _unknown_zone(event: Component) -> str | None:
    """Return why nobody can know when the event is: nobody knows its zone, and the file does not say its rules.

    The library reads such a time as a floating one. In any other zone it would be shown at a wrong hour.
    """
    for value in (one for name in _ZONED for one in many(event.get(name))):
        name = value.params.get("TZID")
        if name and any(_is_floating(moment) for moment in _moments(value)):
            return f"its time zone “{name}” is none that is known, and the file does not say its rules (VTIMEZONE)"
    return None


def _moments(value: Component) -> list[Component]:
    return [entry.dt for entry in value.dts] if hasattr(value, "dts") else [value.dt]


def _is_floating(moment: Component) -> bool:
    start = moment[0] if isinstance(moment, tuple) else moment
    return isinstance(start, datetime) and start.tzinfo is None


def _title(text: str) -> str:
    found = _SUMMARY.search(text)
    return found[1].strip() if found else ""
