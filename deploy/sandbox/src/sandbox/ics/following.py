"""`RECURRENCE-ID;RANGE=THISANDFUTURE` (RFC 5545 §3.2.13): the series ends there, and one with its content goes on."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Final

from icalendar.prop import vDDDTypes, vRecur

from sandbox.ics.calendar_rules import occurrences
from sandbox.ics.errors import UnusableEventError
from sandbox.ics.recurrence import periods
from sandbox.ics.shifting import wall_at
from sandbox.ics.times import Component, many, zone_of

_DAY_PARTS: Final = ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO")


@dataclass(frozen=True)
class Series:
    """A master, or a single event, with its exceptions."""

    master: Component
    exceptions: tuple[Component, ...] = ()


def split(series: Series) -> list[Series]:
    """Return the series that follow one another where exceptions are meant for all that comes after them.

    Raises `UnusableEventError` where such an exception moves a rule to other days.
    """
    changes = [one for one in series.exceptions if one["RECURRENCE-ID"].params.get("RANGE") == "THISANDFUTURE"]
    if not changes or "RRULE" not in series.master:
        return [series]
    change = min(changes, key=lambda one: _place(one, series.master))
    others = [one for one in series.exceptions if one is not change]
    return _cut(replace(series, exceptions=tuple(others)), change)


def _cut(series: Series, change: Component) -> list[Series]:
    point, master = _place(change, series.master), series.master
    by = _wall_at_home(change["DTSTART"].dt, master) - point
    rule = many(master["RRULE"])[0]
    if by.days and any(part in rule for part in _DAY_PARTS):
        raise UnusableEventError("an exception for all that follows moves its rule to other days")
    before = list(takewhile(lambda one: one < point, occurrences(rule, master["DTSTART"].dt)))
    earlier = tuple(one for one in series.exceptions if _place(one, master) < point)
    later = tuple(_moved(one, by) for one in series.exceptions if _place(one, master) >= point)
    head = [Series(_head(master, before, point), earlier)] if before else []
    return [*head, *split(Series(_tail(master, change, len(before), point, by), later))]


def _head(master: Component, before: Sequence[datetime], point: datetime) -> Component:
    head = deepcopy(master)
    rule = {name: value for name, value in many(master["RRULE"])[0].items() if name != "COUNT"}
    head["RRULE"] = vRecur(rule | {"UNTIL": [_as_until(before[-1], master["DTSTART"].dt)]})
    _keep_dates(head, lambda moment: _wall_at_home(moment, master) < point)
    return head


def _tail(master: Component, change: Component, done: int, point: datetime, by: timedelta) -> Component:
    tail = deepcopy(change)
    del tail["RECURRENCE-ID"]
    rule = dict(many(master["RRULE"])[0])
    if "COUNT" in rule:
        rule["COUNT"] = [max(rule["COUNT"][0] - done, 1)]
    if "UNTIL" in rule:
        rule["UNTIL"] = [one + by for one in rule["UNTIL"]]
    tail["RRULE"] = vRecur(rule)
    for name in ("RDATE", "EXDATE"):
        moments = [moment for moment, _ in periods(master, name) if _wall_at_home(moment, master) >= point]
        for moment in moments:
            tail.add(name, moment + by)
    return tail


def _keep_dates(event: Component, kept: Callable[[date | datetime], bool]) -> None:
    for name in ("RDATE", "EXDATE"):
        moments = [moment for moment, _ in periods(event, name) if kept(moment)]
        event.pop(name, None)
        for moment in moments:
            event.add(name, moment)


def _moved(exception: Component, by: timedelta) -> Component:
    moved = deepcopy(exception)
    original = exception["RECURRENCE-ID"]
    moved["RECURRENCE-ID"] = vDDDTypes(original.dt + by)
    moved["RECURRENCE-ID"].params.update(original.params)
    return moved


def _place(exception: Component, master: Component) -> datetime:
    return _wall_at_home(exception["RECURRENCE-ID"].dt, master)


def _wall_at_home(moment: date | datetime, master: Component) -> datetime:
    return wall_at(zone_of(master["DTSTART"].dt), moment)


def _as_until(last: datetime, start: date | datetime) -> date | datetime:
    if not isinstance(start, datetime):
        return last.date()
    return last.replace(tzinfo=start.tzinfo).astimezone(UTC) if start.tzinfo is not None else last
