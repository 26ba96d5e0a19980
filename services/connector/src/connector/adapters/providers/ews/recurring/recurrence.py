"""EWS's recurrences in Graph's words, of which the store's rules are made (`exchange_store.recurrence`)."""

from typing import Any, Final

from connector.adapters.providers.ews.xml import Element, child, local, text_at
from connector.adapters.providers.exchange_store.recurrence import rule_lines
from contracts.times import EventTime

_PATTERNS: Final = {
    "DailyRecurrence": "daily",
    "WeeklyRecurrence": "weekly",
    "AbsoluteMonthlyRecurrence": "absoluteMonthly",
    "RelativeMonthlyRecurrence": "relativeMonthly",
    "AbsoluteYearlyRecurrence": "absoluteYearly",
    "RelativeYearlyRecurrence": "relativeYearly",
}
_RANGES: Final = {"NoEndRecurrence": "noEnd", "EndDateRecurrence": "endDate", "NumberedRecurrence": "numbered"}
_WORKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_WEEKEND: Final = ("Saturday", "Sunday")
_DAYS: Final = {"Day": (*_WORKDAYS, *_WEEKEND), "Weekday": _WORKDAYS, "WeekendDay": _WEEKEND}
"""The words that stand for several days, in every pattern (DayOfWeekType)."""
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DATE: Final = len("2026-11-03")


def recurrence_lines(raw: Element, time_of_first: EventTime) -> tuple[str, ...]:
    """Return the RRULE line of a master. Raises UnreadableRecurrenceError."""
    recurrence = child(raw, "t:Recurrence")
    parts = {} if recurrence is None else {local(one): one for one in recurrence}
    pattern = next((_pattern(name, one) for name, one in parts.items() if name not in _RANGES), {})
    span = next((_span(name, one) for name, one in parts.items() if name in _RANGES), {})
    return rule_lines(pattern, span, time_of_first, None)


def _pattern(name: str, raw: Element) -> dict[str, Any]:
    month = text_at(raw, "t:Month")
    return {
        "type": _PATTERNS.get(name, name),
        "interval": _number(raw, "t:Interval"),
        "daysOfWeek": [day for word in text_at(raw, "t:DaysOfWeek").split() for day in _DAYS.get(word, (word,))],
        "firstDayOfWeek": text_at(raw, "t:FirstDayOfWeek"),
        "index": text_at(raw, "t:DayOfWeekIndex"),
        "dayOfMonth": _number(raw, "t:DayOfMonth"),
        "month": _MONTHS.index(month) + 1 if month in _MONTHS else None,
    }


def _span(name: str, raw: Element) -> dict[str, Any]:
    """Return a range; its dates may bear an offset (`2027-03-01+01:00`), which is no part of the day."""
    return {
        "type": _RANGES[name],
        "endDate": text_at(raw, "t:EndDate").strip()[:_DATE],
        "numberOfOccurrences": _number(raw, "t:NumberOfOccurrences"),
    }


def _number(raw: Element, path: str) -> int | str | None:
    """Return a number, a text that is none as it is; None where there is none."""
    word = text_at(raw, path).strip()
    return int(word) if word.isdecimal() else word or None
