"""Occurrences as EWS names and lists them: by their place in the series, and on the master.

A series' instances are counted from one; the count takes those in that were deleted.
"""

from collections.abc import Iterator
from itertools import islice

from simulators.exchange.domain.errors import EwsError
from simulators.exchange.domain.events import times
from simulators.exchange.domain.events.views import named
from simulators.exchange.domain.xml import Element, t
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.recurring import recurrence, series
from simulators.frame.store.times import Moment


def at_index(calendar: Calendar, master: Item, index: int) -> Item:
    """Return the occurrence of an InstanceIndex."""
    start = next(islice(_starts(master), index - 1, None), None) if index > 0 else None
    if start is None:
        raise EwsError(
            "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange", "Occurrence index is out of recurrence range."
        )
    one = series.on_day(calendar, master, start.local.date().isoformat())
    if one is None:
        raise EwsError("ErrorCalendarOccurrenceIsDeletedFromRecurrence", "Occurrence is deleted from the recurrence.")
    return one


def _starts(master: Item) -> Iterator[Moment]:
    return recurrence.starts(master.recurrence or {}, master.start)


def first(calendar: Calendar, master: Item) -> Element | None:
    """Return the `t:FirstOccurrence` that is left of a series."""
    if master.recurrence is None:
        return None
    starts = list(islice(_starts(master), len(master.cancelled) + 1))
    return _info("FirstOccurrence", calendar, _first_of(calendar, master, starts))


def last(calendar: Calendar, master: Item) -> Element | None:
    """Return the `t:LastOccurrence` that is left of a series; None of one without end."""
    if master.recurrence is None or master.recurrence["range"]["type"] == "noEnd":
        return None
    return _info("LastOccurrence", calendar, _first_of(calendar, master, list(_starts(master))[::-1]))


def _first_of(calendar: Calendar, master: Item, starts: list[Moment]) -> Item | None:
    found = (series.on_day(calendar, master, start.local.date().isoformat()) for start in starts)
    return next((one for one in found if one is not None), None)


def modified(calendar: Calendar, master: Item) -> Element | None:
    """Return the `t:ModifiedOccurrences` of a series; None where there are none."""
    if master.recurrence is None:
        return None
    found = [_info("Occurrence", calendar, one) for one in calendar.exceptions(master.key)]
    return t("ModifiedOccurrences", [one for one in found if one is not None]) if found else None


def deleted(master: Item) -> Element | None:
    """Return the `t:DeletedOccurrences` of a series by their original starts; None where there are none."""
    if master.recurrence is None or not master.cancelled:
        return None
    starts = [recurrence.at_day(master.start, day) for day in master.cancelled]
    found = [t("DeletedOccurrence", t("Start", times.shown(start.instant))) for start in starts]
    return t("DeletedOccurrences", found)


def _info(name: str, calendar: Calendar, one: Item | None) -> Element | None:
    if one is None:
        return None
    return t(
        name,
        named(calendar, one),
        t("Start", times.shown(one.start.instant)),
        t("End", times.shown(one.end.instant)),
        t("OriginalStart", one.original or times.shown(one.start.instant)),
    )
