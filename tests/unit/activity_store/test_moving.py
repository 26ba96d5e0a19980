"""What a drop and a form say of when, as content: the length stays, and what was only shown is not stored (F2, F8)."""

from datetime import date, time, timedelta

import pytest

from activity_store.domain.model.errors import InvalidError
from activity_store.domain.rules import transitions
from activity_store.domain.rules.moving import Start, Timing, lasting_until, moved, timed, timing_of
from tests.unit.activity_store.builders import NOW, activity

WARSAW = "Europe/Warsaw"


def at(day: date, wall: time | None, zone: str = WARSAW) -> Start:
    return Start(day, wall, zone)


def test_f8_a_drop_over_a_change_of_the_clocks_keeps_the_length() -> None:
    saturday = activity(due_date="2026-10-24", due_time="08:00", duration="03:00", timezone=WARSAW)
    changes = transitions.complete_schedule(saturday, moved(at(date(2026, 10, 25), time(1, 30))))
    after = transitions.change(saturday, changes, NOW).after
    assert after.starts_at
    assert after.ends_at
    assert after.ends_at - after.starts_at == timedelta(hours=3)
    assert (after.due_date, after.due_time, after.timezone) == ("2026-10-24", "23:30", WARSAW)


def test_a_drop_in_another_zone_leaves_the_activity_in_its_own() -> None:
    london = activity(due_date="2026-12-01", due_time="09:00", timezone="Europe/London")
    changes = moved(at(date(2026, 12, 2), time(12)))
    after = transitions.change(london, transitions.complete_schedule(london, changes), NOW).after
    assert (after.due_date, after.due_time, after.timezone) == ("2026-12-02", "11:00", "Europe/London")


def test_f2_a_drop_into_the_all_day_lane_and_back_takes_the_default_length() -> None:
    timed_one = activity(due_date="2026-12-01", due_time="09:00", duration="01:00", timezone=WARSAW)
    into = transitions.complete_schedule(timed_one, moved(at(date(2026, 12, 3), None)))
    whole = transitions.change(timed_one, into, NOW).after
    assert (whole.due_date, whole.due_time, whole.duration) == ("2026-12-03", None, None)
    back = transitions.complete_schedule(whole, moved(at(date(2026, 12, 4), time(9))))
    after = transitions.change(whole, back, NOW).after
    assert (after.due_date, after.due_time, after.duration) == ("2026-12-04", "08:00", None)


def test_f2_a_drop_within_the_all_day_lane_keeps_the_days() -> None:
    fair = activity(due_date="2026-12-01", duration="72:00", timezone=WARSAW)
    changes = transitions.complete_schedule(fair, moved(at(date(2026, 12, 8), None)))
    assert transitions.change(fair, changes, NOW).after.duration == "72:00"


def test_f2_saving_what_was_shown_stores_no_default_length() -> None:
    short = activity(due_date="2026-12-01", due_time="09:00", timezone=WARSAW)
    shown = timing_of(short, WARSAW)
    assert shown == Timing(at(date(2026, 12, 1), time(10)), length=timedelta(minutes=30))
    assert timed(shown, before=shown) == {}


def test_another_start_alone_names_no_length_and_no_zone() -> None:
    before = Timing(at(date(2026, 12, 1), time(10)), length=timedelta(hours=1))
    after = Timing(at(date(2026, 12, 2), time(11)), length=timedelta(hours=1))
    assert timed(after, before=before) == {"due_date": "2026-12-02", "due_time": "10:00"}


def test_a_new_one_names_all_of_it() -> None:
    wanted = Timing(at(date(2026, 7, 1), time(10)), length=timedelta(minutes=45))
    assert timed(wanted) == {"due_date": "2026-07-01", "due_time": "08:00", "duration": "00:45", "timezone": WARSAW}


def test_d4_a_form_without_a_date_takes_it_away() -> None:
    before = Timing(at(date(2026, 12, 1), time(10)))
    assert timed(Timing(None), before=before) == {"due_date": None, "due_time": None}


def test_what_becomes_all_day_names_its_days() -> None:
    before = Timing(at(date(2026, 12, 1), time(10)))
    after = Timing(at(date(2026, 12, 1), None), days=2)
    assert timed(after, before=before) == {"due_date": "2026-12-01", "due_time": None, "duration": "48:00"}


@pytest.mark.parametrize(
    ("starts", "ends", "length"),
    [
        (("2026-10-24", "23:00"), time(4), "04:00"),  # 01:00 to 04:00, an hour of which comes twice
        (("2026-10-25", "00:15"), time(2, 30), "00:15"),  # 02:15 to 02:30, the first time
        (("2026-10-25", "00:45"), time(2, 30), "00:45"),  # 02:45 to 02:30: the second one
        (("2026-10-25", "12:00"), time(14, 30), "01:30"),
    ],
)
def test_f8_an_end_is_what_the_clocks_show(starts: tuple[str, str], ends: time, length: str) -> None:
    one = activity(due_date=starts[0], due_time=starts[1], duration="01:00", timezone=WARSAW)
    assert lasting_until(one, at(date(2026, 10, 25), ends)) == {"duration": length}


def test_f2_the_end_of_a_whole_day_is_the_day_after() -> None:
    fair = activity(due_date="2026-12-01", timezone=WARSAW)
    assert lasting_until(fair, at(date(2026, 12, 4), None)) == {"duration": "72:00"}


@pytest.mark.parametrize("end", [at(date(2026, 12, 1), time(10)), at(date(2026, 12, 2), None)])
def test_f2_an_end_before_the_start_or_of_another_kind_is_refused(end: Start) -> None:
    one = activity(due_date="2026-12-01", due_time="09:00", duration="01:00", timezone=WARSAW)
    with pytest.raises(InvalidError):
        lasting_until(one, end)
