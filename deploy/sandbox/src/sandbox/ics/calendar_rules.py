"""Rules that look at months or years (RFC 5545 §3.3.10): where such a series begins again, and its occurrences."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final

from dateutil.rrule import rrulestr
from icalendar.prop import vRecur

from sandbox.ics.errors import UnusableEventError
from sandbox.ics.shifting import Move, by_clock, by_occurrence
from sandbox.ics.times import Component, many, wall, zone_of

_PARTS: Final = ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "BYEASTER")
_DAY_PARTS: Final = ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYEASTER")
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MOST: Final = 5_000
"""Occurrences of one series that are matched; what comes after moves with the last of them."""


def move_for(event: Component, by: timedelta) -> Move:
    """Return how an event and its exceptions move. Raises `UnusableEventError` for a series that cannot."""
    home = zone_of(event["DTSTART"].dt)
    rules = many(event.get("RRULE"))
    if not any(map(_looks_at_the_calendar, rules)):
        return by_clock(by, home)
    if len(rules) > 1 or "EXRULE" in event:
        raise UnusableEventError("a series of several rules, one by months or years, cannot be moved by weeks")
    return _by_rule(rules[0], event["DTSTART"].dt, by)


def occurrences(rule: Component, start: date | datetime) -> Iterator[datetime]:
    """Yield the starts of a rule on its wall clock. Raises ValueError where nobody can expand it."""
    home = zone_of(start)
    text = _text({**rule, "UNTIL": [_until(one, home) for one in rule["UNTIL"]]} if "UNTIL" in rule else rule)
    yield from rrulestr(text, dtstart=wall(start))


def _looks_at_the_calendar(rule: Component) -> bool:
    return (
        rule.get("FREQ", [""])[0] in {"MONTHLY", "YEARLY"}
        or any(part in rule for part in _PARTS)
        or any(str(day)[0] in "+-0123456789" for day in rule.get("BYDAY", []))
    )


def _by_rule(rule: Component, start: date | datetime, by: timedelta) -> Move:
    old = list(islice(occurrences(rule, start), _MOST))
    if not old or old[0] != wall(start):
        raise UnusableEventError("its start is no date of its own rule, which by months or years cannot be moved")
    begin = _begin(rule, wall(start), wall(start) + by)
    endless = {name: value for name, value in rule.items() if name not in {"COUNT", "UNTIL"}}
    new = list(islice(rrulestr(_text(endless), dtstart=begin), len(old)))
    return by_occurrence(old, new, zone_of(start))


def _begin(rule: Component, start: datetime, earliest: datetime) -> datetime:
    """Return the first date from `earliest` on that the rule could begin with."""
    every: dict[str, Any] = {name: value for name, value in rule.items() if name not in {"COUNT", "UNTIL", "INTERVAL"}}
    candidates = rrulestr(_text(every | _implied(rule, start)), dtstart=earliest)
    begin = next(iter(candidates), None)
    if begin is None:
        raise UnusableEventError("its rule has no date in the coming time")
    return begin


def _implied(rule: Component, start: datetime) -> dict[str, Any]:
    """Return the parts of the start's date that a rule repeats without naming them (RFC 5545 §3.3.10)."""
    frequency = rule["FREQ"][0]
    if any(part in rule for part in _DAY_PARTS if part != "BYWEEKNO"):
        return {}
    if "BYWEEKNO" in rule or frequency == "WEEKLY":
        return {"BYDAY": [_WEEKDAYS[start.weekday()]]}
    month = {"BYMONTH": [start.month]} if frequency == "YEARLY" and "BYMONTH" not in rule else {}
    return month | {"BYMONTHDAY": [start.day]} if frequency in {"MONTHLY", "YEARLY"} else {}


def _until(moment: date | datetime, home: Any) -> datetime:  # noqa: ANN401 - a tzinfo or None, as the library has it
    if not isinstance(moment, datetime):
        return wall(moment) + timedelta(days=1, seconds=-1)
    return wall(moment.astimezone(home) if moment.tzinfo and home else moment)


def _text(rule: Any) -> str:  # noqa: ANN401 - the library's mapping or a plain one
    made: bytes = vRecur(rule).to_ical()  # type: ignore[no-untyped-call]  # the library's gap
    return made.decode()
