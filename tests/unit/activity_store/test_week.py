"""A week on the wall: its days, its hours where the clocks change, and where activities stand in it (D6, F2)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from activity_store.domain.model.errors import InvalidError
from activity_store.domain.model.week import Week, instant_of, place_of
from tests.unit.activity_store.builders import activity

WARSAW = "Europe/Warsaw"
MONDAY, SUNDAY = 0, 6


@pytest.mark.parametrize(
    ("first_weekday", "first"), [(MONDAY, date(2026, 11, 30)), (SUNDAY, date(2026, 11, 29))], ids=["monday", "sunday"]
)
def test_a_week_begins_where_people_begin_it(first_weekday: int, first: date) -> None:
    week = Week.around(date(2026, 12, 2), first_weekday=first_weekday, zone=WARSAW)
    assert (week.first, week.last) == (first, first + timedelta(days=6))
    assert (week.previous, week.next) == (first - timedelta(days=7), first + timedelta(days=7))
    assert len(week.days) == 7


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 25), 167), (date(2026, 10, 22), 169), (date(2026, 12, 2), 168)],
    ids=["clocks forward", "clocks back", "no change"],
)
def test_d6_a_week_is_an_hour_shorter_or_longer_where_the_clocks_change(day: date, hours: int) -> None:
    span = Week.around(day, first_weekday=MONDAY, zone=WARSAW).span
    assert span.end - span.start == timedelta(hours=hours)


def test_a_week_at_the_end_of_the_calendar_is_refused() -> None:
    with pytest.raises(InvalidError):
        Week.around(date.max, first_weekday=MONDAY, zone=WARSAW)


def test_a_timed_activity_stands_by_the_clocks_of_the_week() -> None:
    late = activity(due_date="2026-12-01", due_time="23:30", duration="01:00", timezone="Europe/London")
    place = place_of(late, WARSAW)
    assert place
    assert (place.first, place.last, place.all_day) == (date(2026, 12, 2), date(2026, 12, 2), False)
    assert place.start.time() == time(0, 30)


def test_f2_an_all_day_activity_keeps_its_dates_in_every_zone() -> None:
    fair = activity(due_date="2026-12-01", duration="48:00", timezone="Asia/Tokyo")
    place = place_of(fair, "America/Los_Angeles")
    assert place
    assert (place.first, place.last, place.all_day) == (date(2026, 12, 1), date(2026, 12, 2), True)


def test_what_ends_at_midnight_does_not_touch_the_next_day() -> None:
    evening = activity(due_date="2026-12-01", due_time="22:00", duration="01:00", timezone=WARSAW)
    place = place_of(evening, WARSAW)
    assert place
    assert (place.first, place.last) == (date(2026, 12, 1), date(2026, 12, 1))
    assert not place.on(date(2026, 12, 2))


def test_d4_an_undated_activity_stands_nowhere() -> None:
    assert place_of(activity(), WARSAW) is None


@pytest.mark.parametrize(
    ("day", "wall", "expected"),
    [
        (date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
    ids=["skipped", "shown twice"],
)
def test_d6_times_that_the_wall_skips_or_shows_twice_are_read_with_fold_0(
    day: date, wall: time, expected: datetime
) -> None:
    assert instant_of(day, wall, WARSAW) == expected
