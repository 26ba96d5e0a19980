"""Recurrence as EWS writes it (MS-OXWSCDATA `RecurrenceType`), from and to the store's."""

from typing import Any

from simulators.exchange.domain.errors import EwsError
from simulators.exchange.domain.events import times
from simulators.exchange.domain.xml import Element, children, local, t

Json = dict[str, Any]

_WEEK = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_SETS = {
    "Day": frozenset(_WEEK),
    "Weekday": frozenset(_WEEK[1:6]),
    "WeekendDay": frozenset({"sunday", "saturday"}),
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_KINDS = {
    "RelativeYearlyRecurrence": "relativeYearly",
    "AbsoluteYearlyRecurrence": "absoluteYearly",
    "RelativeMonthlyRecurrence": "relativeMonthly",
    "AbsoluteMonthlyRecurrence": "absoluteMonthly",
    "WeeklyRecurrence": "weekly",
    "DailyRecurrence": "daily",
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_RANGES = {"NoEndRecurrence": "noEnd", "EndDateRecurrence": "endDate", "NumberedRecurrence": "numbered"}
_RANGE_NAMES = {kind: name for name, kind in _RANGES.items()}


def read(element: Element) -> Json:
    """Return the store's recurrence of a `t:Recurrence`; its dates lose their zones."""
    pattern, extent = children(element)
    return {"pattern": _pattern(pattern), "range": _range(extent)}


def _pattern(element: Element) -> Json:
    kind = _KINDS.get(local(element))
    if kind is None:
        raise EwsError("ErrorUnsupportedRecurrence", f"{local(element)} is no recurrence of a calendar item.")
    given = {local(one): (one.text or "").strip() for one in children(element)}
    pattern: Json = {"type": kind, "interval": int(given.get("Interval", "1"))}
    if "DayOfMonth" in given:
        pattern["dayOfMonth"] = int(given["DayOfMonth"])
    if "Month" in given:
        pattern["month"] = _MONTHS.index(given["Month"]) + 1
    if kind == "weekly" and _SETS.keys() & given["DaysOfWeek"].split():
        # MS-OXWSMTGS 3.1.4.2.1; Exchange 2013 SP1 and later.
        message = "Day, Weekday and WeekendDay are no days of a weekly recurrence."
        raise EwsError("ErrorCalendarInvalidDayForWeeklyRecurrence", message)
    if "DaysOfWeek" in given:
        pattern["daysOfWeek"] = days_of(given["DaysOfWeek"])
    if "DayOfWeekIndex" in given:
        pattern["index"] = given["DayOfWeekIndex"].lower()
    if "FirstDayOfWeek" in given:
        pattern["firstDayOfWeek"] = given["FirstDayOfWeek"].lower()
    return pattern


def days_of(text: str) -> list[str]:
    """Return the weekdays of a list that may hold `Day`, `Weekday` and `WeekendDay`."""
    chosen = {day for word in text.split() for day in _SETS.get(word, {word.lower()})}
    return [day for day in _WEEK if day in chosen]


def _range(element: Element) -> Json:
    given = {local(one): (one.text or "").strip() for one in children(element)}
    extent: Json = {"type": _RANGES[local(element)], "startDate": times.day(given["StartDate"]).isoformat()}
    if "EndDate" in given:
        extent["endDate"] = times.day(given["EndDate"]).isoformat()
    if "NumberOfOccurrences" in given:
        extent["numberOfOccurrences"] = int(given["NumberOfOccurrences"])
        if extent["numberOfOccurrences"] < 1:
            raise EwsError("ErrorCalendarInvalidRecurrence", "A recurrence has one occurrence at least.")
    return extent


def shown(full: Json, zone: str, *, as_words: bool) -> Element:
    """Return the `t:Recurrence` of a stored one; `zone` is put behind its dates (`Z`, `+01:00`, nothing).

    `as_words`: a weekly rule of five or seven days says `Weekday` or `Day`, as some versions do.
    """
    return t("Recurrence", _shown_pattern(full["pattern"], as_words=as_words), _shown_range(full["range"], zone))


def _shown_pattern(pattern: Json, *, as_words: bool) -> Element:
    kind, interval = pattern["type"], pattern["interval"]
    if kind.endswith("Yearly") and interval > 1:
        # EWS's yearly patterns come every year; others are kept as so many months.
        kind, interval = kind.replace("Yearly", "Monthly"), 12 * interval
    made = t(_NAMES[kind])
    if not kind.endswith("Yearly"):
        made.append(t("Interval", interval))
    if kind.startswith("absolute"):
        made.append(t("DayOfMonth", pattern["dayOfMonth"]))
    if kind.startswith("relative") or kind == "weekly":
        made.append(t("DaysOfWeek", _named(pattern["daysOfWeek"], as_words=as_words or kind != "weekly")))
    if kind.startswith("relative"):
        made.append(t("DayOfWeekIndex", pattern["index"].capitalize()))
    if kind.endswith("Yearly"):
        made.append(t("Month", _MONTHS[pattern["month"] - 1]))
    if kind == "weekly":
        made.append(t("FirstDayOfWeek", pattern["firstDayOfWeek"].capitalize()))
    return made


def _named(days: list[str], *, as_words: bool) -> str:
    word = next((word for word, chosen in _SETS.items() if chosen == set(days)), None)
    if as_words and word is not None:
        return word
    return " ".join(day.capitalize() for day in _WEEK if day in days)


def _shown_range(extent: Json, zone: str) -> Element:
    kind = extent["type"]
    made = t(_RANGE_NAMES[kind], t("StartDate", extent["startDate"] + zone))
    if kind == "endDate":
        made.append(t("EndDate", extent["endDate"] + zone))
    if kind == "numbered":
        made.append(t("NumberOfOccurrences", extent["numberOfOccurrences"]))
    return made
