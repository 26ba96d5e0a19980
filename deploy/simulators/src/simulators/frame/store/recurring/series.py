"""Occurrences of a series: found by their day, expanded, split."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from simulators.frame.store import times
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.recurring import recurrence
from simulators.frame.store.times import Moment


def occurrence(master: Item, start: Moment) -> Item:
    """The occurrence as it is while nobody has changed it."""
    day = start.local.date().isoformat()
    return replace(
        master,
        start=start,
        end=_end(master, start),
        recurrence=None,
        master=master.key,
        day=day,
        original=times.offset(start.instant),
        cancelled=(),
        transaction=None,
    )


def _end(master: Item, start: Moment) -> Moment:
    if master.fields["isAllDay"]:
        return start.at(start.local + (master.end.local - master.start.local))
    return master.end.of(start.instant + (master.end.instant - master.start.instant))


def on_day(calendar: Calendar, master: Item, day: str) -> Item | None:
    """The occurrence of that original day, changed or not; None where it is cancelled or was never there."""
    if master.recurrence is None or day in master.cancelled:
        return None
    key = calendar.children.get(master.key, {}).get(day)
    if key is not None:
        return calendar.items[key]
    start = recurrence.has_day(master.recurrence, master.start, day)
    return occurrence(master, start) if start else None


def plain(calendar: Calendar, master: Item, low: datetime, high: datetime) -> Iterator[Item]:
    """The unchanged occurrences that overlap the window."""
    if master.recurrence is None:
        return
    apart = {*master.cancelled, *calendar.children.get(master.key, {})}
    span = master.end.instant - master.start.instant
    for start in recurrence.starts(master.recurrence, master.start, low - span, high):
        if start.local.date().isoformat() not in apart:
            one = occurrence(master, start)
            if overlaps(one, low, high):
                yield one


def starts(master: Item, low: datetime, high: datetime) -> Iterator[Moment]:
    """The original starts of a series in the window, whatever became of them."""
    if master.recurrence is not None:
        found = recurrence.starts(master.recurrence, master.start, low, high)
        yield from (start for start in found if low <= start.instant < high)


def overlaps(item: Item, low: datetime, high: datetime) -> bool:
    """Whether any of it lies in the window, by the instants that are really kept (also for all-day events)."""
    return item.start.instant < high and (item.end.instant > low or item.start.instant >= low)


def in_window(calendar: Calendar, low: datetime, high: datetime) -> Iterator[Item]:
    """Everything expanded: singles, exceptions and unchanged occurrences."""
    for item in calendar.live():
        if item.is_series:
            yield from plain(calendar, item, low, high)
        elif overlaps(item, low, high):
            yield item


def found_in(calendar: Calendar, low: datetime, high: datetime) -> list[Item]:
    """Everything of a window, in the order of time; pages of one list look at the same expansion."""
    key = (calendar.seq, low, high)
    if calendar.memo[0] != key:
        found = sorted(in_window(calendar, low, high), key=lambda item: (item.start.instant, item.key))
        calendar.memo = (key, found)
    return calendar.memo[1]
