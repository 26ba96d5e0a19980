"""From an .ics file to events as Google's page would hold them (RFC 5545, RFC 7986)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sandbox.ics.calendar_rules import move_for
from sandbox.ics.components import components
from sandbox.ics.content import content
from sandbox.ics.errors import Refused
from sandbox.ics.following import Series, split
from sandbox.ics.recurrence import lines, periods
from sandbox.ics.shifting import Move, by_clock, wall_at, weeks_until
from sandbox.ics.times import Component, end_of, google_time, is_all_day, original_start, wall, zone_of
from sandbox.ics.versions import newest

Json = dict[str, Any]

_CANCELLED: Final = "CANCELLED"
_FAR: Final = timedelta(days=30 * 365)
"""So far from the middle of its file no event is put on purpose, but by a date that stands for none."""


@dataclass(frozen=True)
class Override:
    """One occurrence of a series that is different, or (without changes) taken out."""

    original: str
    changes: Json | None


@dataclass(frozen=True)
class Draft:
    """An event to put into a calendar, with the exceptions of its series."""

    title: str
    event: Json
    overrides: tuple[Override, ...] = ()


def read(data: bytes, *, begin: date, zone: str) -> list[Draft | Refused]:
    """Return what a file holds, moved so that its first event lies in the seven days from `begin`.

    Events far from all others (a year 1, an epoch that stands for no date) do not count as the first: they move along.
    `zone` is for floating times. Each event is read alone: what cannot be read is returned as `Refused`. Raises
    ValueError where the file is no calendar at all.
    """
    parsed = list(components(data))
    unreadable = [one for one in parsed if isinstance(one, Refused)]
    events = newest(one for one in parsed if not isinstance(one, Refused))
    by = _shift(events, begin)
    return [*unreadable, *(draft for series in _series_of(events) for draft in _drafts(series, by, zone))]


def _shift(events: Sequence[Component], begin: date) -> timedelta:
    days = sorted(wall(event["DTSTART"].dt).date() for event in events)
    if not days:
        return timedelta()
    middle = min(days[(len(days) - 1) // 2], days[len(days) // 2], key=lambda day: abs(day - begin))
    return weeks_until(next(day for day in days if abs(day - middle) <= _FAR), begin)


def _series_of(events: Iterable[Component]) -> Iterator[Series]:
    """Pair masters with their exceptions by UID; an exception without a master is an event of its own."""
    masters, exceptions = list[Component](), dict[str, list[Component]]()
    for event in events:
        if "RECURRENCE-ID" in event:
            exceptions.setdefault(str(event.get("UID")), []).append(event)
        else:
            masters.append(event)
    for master in masters:
        found = exceptions.pop(str(master["UID"]), []) if "UID" in master else []
        yield Series(master, tuple(found))
    yield from (Series(orphan) for orphans in exceptions.values() for orphan in orphans)


def _drafts(series: Series, by: timedelta, zone: str) -> list[Draft | Refused]:
    title = str(series.master.get("SUMMARY", ""))
    try:
        return [_draft(part, by, zone) for part in split(series)]
    except Exception as error:  # noqa: BLE001 - the library's properties raise what they like; no event stops others
        return [Refused(title, str(error) or type(error).__name__)]


def _draft(series: Series, by: timedelta, zone: str) -> Draft:
    master, move = series.master, move_for(series.master, by)
    rules = lines(master, move) if "RECURRENCE-ID" not in master else []
    body = content(master) | _times(master["DTSTART"].dt, end_of(master), move, zone)
    if not rules:
        return Draft(body["summary"], body)
    overrides = [*_longer(master, move, zone), *(_override(one, master, move, zone) for one in series.exceptions)]
    return Draft(body["summary"], body | {"recurrence": rules}, tuple(overrides))


def _times(start: date | datetime, end: date | datetime, move: Move, zone: str) -> Json:
    moved = move(start)
    length = wall(end) - wall(start) if is_all_day(start) or _same_clock(start, end) else None
    ended = moved + length if length is not None else move(end)
    return {"start": google_time(moved, zone), "end": google_time(ended, zone)}


def _same_clock(start: date | datetime, end: date | datetime) -> bool:
    return zone_of(start) == zone_of(end)


def _override(exception: Component, master: Component, move: Move, zone: str) -> Override:
    original = _original(exception["RECURRENCE-ID"].dt, master)
    place = original_start(move(original), ZoneInfo(zone))
    if str(exception.get("STATUS", "")).upper() == _CANCELLED:
        return Override(place, None)
    times = _times(exception["DTSTART"].dt, end_of(exception), _along_with(original, master, move), zone)
    return Override(place, content(exception) | times)


def _along_with(original: date | datetime, master: Component, move: Move) -> Move:
    """An exception keeps its distance on the clock from the occurrence that it stands for."""
    home = zone_of(master["DTSTART"].dt)
    return by_clock(wall_at(home, move(original)) - wall_at(home, original), home)


def _original(moment: date | datetime, master: Component) -> date | datetime:
    """A time of day means nothing to an all-day series; what some write all the same is left out."""
    if is_all_day(master["DTSTART"].dt) and isinstance(moment, datetime):
        return moment.date()
    return moment


def _longer(master: Component, move: Move, zone: str) -> Iterator[Override]:
    """RDATEs that are periods have a length of their own."""
    for start, length in periods(master, "RDATE"):
        if length is not None:
            times = _times(start, start + length, move, zone)
            yield Override(original_start(move(start), ZoneInfo(zone)), times)
