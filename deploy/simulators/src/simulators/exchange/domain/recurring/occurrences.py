"""Occurrences as EWS names and lists them: by their place in the series, and on the master.

A series' instances are counted from one; the count takes those in that were deleted.
"""

from collections.abc import Iterator
from itertools import islice

from simulators.exchange.domain.errors import EwsError
from simulators.exchange.domain.events import times
from simulators.exchange.domain.events.views import View, named
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


def first(view: View) -> Element | None:
    """Return the `t:FirstOccurrence` that is left of a series."""
    if view.item.recurrence is None:
        return None
    starts = list(islice(_starts(view.item), len(view.item.cancelled) + 1))
    return _info("FirstOccurrence", view, _first_of(view, starts))


def last(view: View) -> Element | None:
    """Return the `t:LastOccurrence` that is left of a series; None of one without end."""
    full = view.item.recurrence
    if full is None or full["range"]["type"] == "noEnd":
        return None
    return _info("LastOccurrence", view, _first_of(view, list(_starts(view.item))[::-1]))


def _first_of(view: View, starts: list[Moment]) -> Item | None:
    found = (series.on_day(view.calendar, view.item, start.local.date().isoformat()) for start in starts)
    return next((one for one in found if one is not None), None)


def modified(view: View) -> Element | None:
    """Return the `t:ModifiedOccurrences` of a series; None where there are none."""
    if view.item.recurrence is None:
        return None
    found = [_info("Occurrence", view, one) for one in view.calendar.exceptions(view.item.key)]
    return t("ModifiedOccurrences", [one for one in found if one is not None]) if found else None


def deleted(view: View) -> Element | None:
    """Return the `t:DeletedOccurrences` of a series by their original starts; None where there are none."""
    master = view.item
    if master.recurrence is None or not master.cancelled:
        return None
    starts = [recurrence.at_day(master.start, day) for day in master.cancelled]
    return t("DeletedOccurrences", [t("DeletedOccurrence", t("Start", view.time(one.instant))) for one in starts])


def _info(name: str, view: View, one: Item | None) -> Element | None:
    if one is None:
        return None
    original = times.instant(one.original) if one.original else one.start.instant
    return t(
        name,
        named(view.calendar, one),
        t("Start", view.time(one.start.instant)),
        t("End", view.time(one.end.instant)),
        t("OriginalStart", view.time(original)),
    )
