"""Which zone is meant by a definition whose name nobody knows: that of a custom zone says when its clocks change.

Invitations from other systems bring such zones. What has the same offsets, and changes them at the same instants this
year and the next, is the same for a calendar.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from tzlocal.windows_tz import win_tz

from connector.adapters.providers.ews.xml import Element, child, children, instant_at, text_at
from connector.domain.provider.zones import iana_zone

_DURATION = TypeAdapter(timedelta)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HOUR, _WEEK = timedelta(hours=1), timedelta(weeks=1)
_LAST = -1


@dataclass(frozen=True)
class _Change:
    """`at`: the wall clock of before; `offset`: from then on."""

    at: datetime
    offset: timedelta


def zone_by_rules(definition: Element, moment: datetime) -> str | None:
    """Return an IANA zone that has a definition's rules about a moment; None where none has, or it tells no rules."""
    if child(definition, "t:Periods/t:Period") is None:
        return None
    try:
        expected = dict(_expected(definition, moment))
    except (ValueError, KeyError, OverflowError):
        return None
    names = (name for name in win_tz.values() if expected and _fits(ZoneInfo(name), expected))
    return next((zone for name in names if (zone := iana_zone(name))), None)


def _fits(zone: ZoneInfo, expected: dict[datetime, timedelta]) -> bool:
    return all(at.astimezone(zone).utcoffset() == offset for at, offset in expected.items())


def _expected(definition: Element, moment: datetime) -> Iterator[tuple[datetime, timedelta]]:
    """Yield the offsets that a definition wants, around each change of this year and the next."""
    periods = {one.get("Id", ""): _offset(one) for one in children(definition, "t:Periods/t:Period")}
    group = _group(definition, moment)
    years = (moment.year, moment.year + 1)
    changes = sorted((one for year in years for one in _changes(group, periods, year)), key=lambda one: one.at)
    before = changes[-1].offset if changes else next(iter(periods.values()))
    if not changes:
        for month in range(1, 13):
            yield datetime(moment.year, month, 1, tzinfo=UTC), before
    for change in changes:
        instant = change.at.replace(tzinfo=UTC) - before
        yield instant - _HOUR, before
        yield instant + _HOUR, change.offset
        before = change.offset


def _offset(period: Element) -> timedelta:
    return -_DURATION.validate_python(period.get("Bias", ""))


def _group(definition: Element, moment: datetime) -> Element | None:
    """Return the group of changes that holds at a moment: a definition may have one for each age."""
    groups = {one.get("Id", ""): one for one in children(definition, "t:TransitionsGroups/t:TransitionsGroup")}
    ages = children(definition, "t:Transitions/*")
    held = [one for one in ages if (instant_at(one, "t:DateTime") or moment) <= moment]
    return groups.get(text_at(held[-1], "t:To")) if held else next(iter(groups.values()), None)


def _changes(group: Element | None, periods: dict[str, timedelta], year: int) -> Iterator[_Change]:
    for one in children(group, "*") if group is not None else ():
        if child(one, "t:Month") is None:
            continue  # a group of one period, which never changes
        at = datetime.combine(_day(one, year), time()) + _DURATION.validate_python(text_at(one, "t:TimeOffset"))
        yield _Change(at, periods[text_at(one, "t:To")])


def _day(change: Element, year: int) -> date:
    """Return the day of a change: a date, or a month's n-th weekday (-1: its last)."""
    month = int(text_at(change, "t:Month"))
    if child(change, "t:Day") is not None:
        return date(year, month, int(text_at(change, "t:Day")))
    weekday, nth = _WEEKDAYS.index(text_at(change, "t:DayOfWeek")), int(text_at(change, "t:Occurrence"))
    if nth == _LAST:
        last = date(year, month, calendar.monthrange(year, month)[1])
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7) + _WEEK * (nth - 1)
