"""Recurrence lines of a moved event (RFC 5545 §3.8.5), as Google's `recurrence` holds them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from icalendar.prop import vRecur

from sandbox.ics.shifting import Move
from sandbox.ics.times import Component, is_all_day, many


def lines(event: Component, move: Move) -> list[str]:
    """Return the RRULE, EXRULE, RDATE and EXDATE lines of an event."""
    rules = [f"{name}:{_rule(rule, move)}" for name in ("RRULE", "EXRULE") for rule in many(event.get(name))]
    dates = (_dates(name, [move(moment) for moment, _ in periods(event, name)]) for name in ("RDATE", "EXDATE"))
    return rules + [line for named in dates for line in named]


def periods(event: Component, name: str) -> Iterator[tuple[date | datetime, timedelta | None]]:
    """Yield the moments of RDATE or EXDATE, each with the length that a PERIOD gives it (RFC 5545 §3.3.9)."""
    for value in many(event.get(name)):
        for entry in value.dts:
            if not isinstance(entry.dt, tuple):
                yield entry.dt, None
                continue
            start, end = entry.dt
            yield start, end if isinstance(end, timedelta) else end - start


def _rule(rule: Component, move: Move) -> str:
    moved = vRecur(rule)
    if "UNTIL" in moved:
        moved["UNTIL"] = [move(moment) for moment in moved["UNTIL"]]
    text: bytes = moved.to_ical()  # type: ignore[no-untyped-call]  # the library's gap
    return text.decode()


def _dates(name: str, moments: Iterable[date | datetime]) -> list[str]:
    """Return a line for each kind of moment: dates, local times, instants."""
    days, local, instants = list[str](), list[str](), list[str]()
    for moment in moments:
        if is_all_day(moment):
            days.append(f"{moment:%Y%m%d}")
        elif isinstance(moment, datetime) and moment.tzinfo is not None:
            instants.append(f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}")
        else:
            local.append(f"{moment:%Y%m%dT%H%M%S}")
    kinds = ((f"{name};VALUE=DATE:", days), (f"{name}:", local), (f"{name}:", instants))
    return [head + ",".join(texts) for head, texts in kinds if texts]
