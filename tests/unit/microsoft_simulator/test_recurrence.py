"""Expansion of Graph's patterns compared with recurring-ical-events on the same rule, which knows nothing of ours."""

from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given
from hypothesis import strategies as st

from simulators.frame.store.recurring import recurrence, rules
from simulators.frame.store.times import Moment

_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FAR = datetime(2028, 1, 1, tzinfo=UTC)
Json = dict[str, Any]

_starts = st.builds(
    lambda day, hour: Moment(f"2026-{1 + day // 28:02}-{1 + day % 28:02}T{hour:02}:30:00", "Europe/Berlin", "x"),
    st.integers(0, 335),
    # Wall-clock times that no DST jump leaves out or doubles.
    st.integers(4, 22),
)
_days = st.lists(st.sampled_from(_WEEK), min_size=1, max_size=3, unique=True)
_interval = st.integers(1, 3)
_patterns = st.one_of(
    st.fixed_dictionaries({"type": st.just("daily"), "interval": _interval}),
    st.fixed_dictionaries(
        {
            "type": st.just("weekly"),
            "interval": _interval,
            "daysOfWeek": _days,
            "firstDayOfWeek": st.sampled_from(_WEEK),
        }
    ),
    # Beyond the 28th Exchange takes the last day of a short month, which no other rule does.
    st.fixed_dictionaries(
        {"type": st.just("absoluteMonthly"), "interval": _interval, "dayOfMonth": st.integers(1, 28)}
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("relativeMonthly"),
            "interval": _interval,
            "daysOfWeek": _days,
            "index": st.sampled_from(["first", "second", "third", "fourth", "last"]),
        }
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("absoluteYearly"),
            "interval": _interval,
            "dayOfMonth": st.integers(1, 28),
            "month": st.integers(1, 12),
        }
    ),
)
_ranges = st.one_of(
    st.builds(lambda count: {"type": "numbered", "numberOfOccurrences": count}, st.integers(1, 12)),
    st.builds(lambda month: {"type": "endDate", "endDate": f"2031-{month:02}-15"}, st.integers(1, 12)),
)


def _completed(pattern: Json, extent: Json, start: Moment) -> tuple[Json, Moment]:
    """The recurrence as Exchange keeps it, with the start moved to the first day of the pattern."""
    zoned = {"recurrenceTimeZone": "W. Europe Standard Time"}
    full = recurrence.completed({"pattern": pattern, "range": extent | zoned}, start)
    first = recurrence.first_day(full, start)
    full["range"]["startDate"] = first.isoformat()
    return full, start.at(datetime.combine(first, start.local.time()))


@given(_patterns, _ranges, _starts)
def test_expansion_is_that_of_the_same_rrule(pattern: Json, extent: Json, start: Moment) -> None:
    full, first = _completed(pattern, extent, start)
    event = icalendar.Event.from_ical(
        "\r\n".join(
            [
                "BEGIN:VEVENT",
                "UID:1",
                f"DTSTART;TZID=Europe/Berlin:{first.local:%Y%m%dT%H%M%S}",
                "DURATION:PT1H",
                *rules.to_lines(full, first),
                "END:VEVENT",
            ]
        )
    )
    calendar = icalendar.Calendar()
    calendar.add_component(event)
    expected = recurring_ical_events.of(calendar).between(datetime(2026, 1, 1, tzinfo=UTC), _FAR)
    found = [one.instant for one in recurrence.starts(full, first, before=_FAR) if one.instant < _FAR]
    assert found == sorted(one["DTSTART"].dt.astimezone(UTC) for one in expected)


@given(_patterns, _ranges, _starts)
def test_rules_there_and_back(pattern: Json, extent: Json, start: Moment) -> None:
    full, first = _completed({**pattern, "firstDayOfWeek": "monday"}, extent, start)
    given_again, gone = rules.to_store(rules.to_lines(full, first), first)
    again, _ = _completed(given_again["pattern"], given_again["range"], first)
    assert (again["pattern"], gone) == (full["pattern"], ())
    assert _some(again, first) == _some(full, first)


def _some(full: Json, start: Moment) -> list[date]:
    return [*islice(recurrence.days_of(full, start.local.date()), 50)]


@pytest.mark.parametrize(
    ("pattern", "days"),
    [
        ({"type": "absoluteMonthly", "dayOfMonth": 31}, ["01-31", "02-28", "03-31", "04-30"]),
        ({"type": "absoluteMonthly", "dayOfMonth": 30}, ["01-31", "02-28", "03-30", "04-30"]),
        ({"type": "absoluteYearly", "dayOfMonth": 29, "month": 2}, ["02-28", "02-28", "02-29", "02-28"]),
        ({"type": "relativeMonthly", "daysOfWeek": ["friday"], "index": "last"}, ["02-27", "03-27", "04-24", "05-29"]),
        ({"type": "relativeYearly", "daysOfWeek": ["monday"], "month": 5, "index": "second"}, ["05-11", "05-10"]),
    ],
    ids=str,
)
def test_where_a_month_is_short(pattern: Json, days: list[str]) -> None:
    """The last day of a short month stands for the days it has not."""
    start = Moment("2026-01-31T10:00:00", "UTC", "UTC")
    full = recurrence.completed({"pattern": pattern, "range": {"type": "noEnd"}}, start)
    found = [f"{day:%m-%d}" for day in islice(recurrence.days_of(full, date(2026, 1, 31)), len(days))]
    assert found == days if pattern.get("dayOfMonth") != 30 else found == ["02-28", "03-30", "04-30", "05-30"]


def test_splitting_a_counted_series() -> None:
    start = Moment("2026-12-01T10:00:00", "UTC", "UTC")
    given_rule = {"pattern": {"type": "daily"}, "range": {"type": "numbered", "numberOfOccurrences": 5}}
    full = recurrence.completed(given_rule, start)
    head, tail = recurrence.cut_before(full, "2026-12-03"), recurrence.rest_from(full, "2026-12-03")
    both = [*recurrence.days_of(head, date(2026, 12, 1)), *recurrence.days_of(tail, date(2026, 12, 3))]
    assert both == [*recurrence.days_of(full, date(2026, 12, 1))]


@pytest.mark.parametrize(
    ("pattern", "to", "moved"),
    [
        (
            {"type": "weekly", "daysOfWeek": ["tuesday", "friday"]},
            "2026-12-02",
            {"daysOfWeek": ["wednesday", "saturday"]},
        ),
        ({"type": "absoluteMonthly", "dayOfMonth": 1}, "2026-12-05", {"dayOfMonth": 5}),
        (
            {"type": "relativeMonthly", "daysOfWeek": ["tuesday"], "index": "first"},
            "2026-12-09",
            {"daysOfWeek": ["wednesday"], "index": "second"},
        ),
    ],
)
def test_a_dragged_series_takes_its_pattern_along(pattern: Json, to: str, moved: Json) -> None:
    start = Moment("2026-12-01T10:00:00", "UTC", "UTC")
    full = recurrence.completed({"pattern": pattern, "range": {"type": "noEnd"}}, start)
    new = recurrence.taken_along(full, start.local.date(), date.fromisoformat(to))
    assert {name: new["pattern"][name] for name in moved} == moved
    assert new["range"]["startDate"] == to
