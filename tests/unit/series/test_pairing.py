"""E4: when a series is moved, split or re-ruled, its occurrences keep their activities."""

import pytest

from connector.domain.change_detection.page_items import in_batches
from connector.domain.provider.items import EventRemoved, Item
from connector.domain.series.pairing import Place, pair, place_of
from tests.unit.series.remembered import (
    at,
    cancelled,
    days,
    exception,
    gone,
    ids,
    pairs,
    remembering,
    series,
    single,
    told,
)

WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=4"
MONDAYS = [f"2026-03-{day:02d}T12:00:00Z" for day in (2, 9, 16, 23)]
SPLIT = "x_R20260316T120000"


def places(*texts: str) -> list[Place]:
    return [place_of(text, text, at(2)) for text in texts]


def test_e4_the_same_local_day_comes_first_then_the_order() -> None:
    old = places("2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z")
    new = places("2026-03-03T15:00:00Z", "2026-03-10T15:00:00Z", "2026-03-11T15:00:00Z", "2026-03-12T15:00:00Z")
    assert pair(old, new) == {
        "2026-03-03T15:00:00Z": "2026-03-03T09:00:00Z",
        "2026-03-10T15:00:00Z": "2026-03-02T09:00:00Z",
        "2026-03-11T15:00:00Z": "2026-03-04T09:00:00Z",
    }


def test_e4_several_of_one_day_pair_in_their_order() -> None:
    old = places("2026-03-02T09:00:00Z", "2026-03-02T15:00:00Z")
    new = places("2026-03-02T10:00:00Z", "2026-03-02T16:00:00Z")
    assert pair(old, new) == {new[0].event_id: old[0].event_id, new[1].event_id: old[1].event_id}


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Kiritimati", "2026-03-03"), ("Pacific/Niue", "2026-03-02"), ("UTC", "2026-03-02")]
)
def test_d6_the_local_day_is_that_of_the_series_own_zone(zone: str, day: str) -> None:
    assert place_of("e", "2026-03-02T12:00:00Z", at(2, zone=zone)).day.isoformat() == day


def test_e4_a_series_moved_to_another_hour_keeps_its_activities() -> None:
    known = remembering(series("x", at(2), WEEKLY))
    before = set(known.activities)
    found = known.read(series("x", at(2, 15), WEEKLY))
    assert (len(pairs(found)), gone(found), set(known.activities)) == (4, set(), before)
    assert known.days("x_20260316T120000Z") == "2026-03-16T15:00"


def test_e4_a_series_moved_to_another_weekday_pairs_in_order() -> None:
    known = remembering(series("x", at(2), WEEKLY))
    found = known.read(series("x", at(3), WEEKLY))
    assert pairs(found) == {f"x_202603{day + 1:02d}T120000Z": f"x_202603{day:02d}T120000Z" for day in (2, 9, 16, 23)}
    assert not gone(found)


def halves() -> list[Item]:
    first = series("x", at(2), "RRULE:FREQ=WEEKLY;UNTIL=20260316T115959Z")
    return [first, series(SPLIT, at(16, 15), "RRULE:FREQ=WEEKLY;COUNT=2", summary="Later")]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["cut first", "new first"])
def test_e4_a_split_keeps_its_activities_in_either_order(order: tuple[int, int]) -> None:
    known = remembering(series("x", at(2), WEEKLY))
    before = set(known.activities)
    found = known.read(*(halves()[one] for one in order))
    assert set(known.activities) == before
    assert pairs(found) == {
        f"{SPLIT}_20260316T150000Z": "x_20260316T120000Z",
        f"{SPLIT}_20260323T150000Z": "x_20260323T120000Z",
    }
    assert not gone(found)


def test_e4_the_two_halves_of_a_split_may_come_one_read_after_the_other() -> None:
    known = remembering(series("x", at(2), WEEKLY))
    held = dict(known.events)
    first, second = halves()
    found = known.read(first)
    assert (gone(found), found.rule_cut) == (ids("x", MONDAYS[2:]), True)
    known.events = held  # nothing is forgotten before the end of the pass, and that reads on first
    assert set(pairs(known.read(second)).values()) == ids("x", MONDAYS[2:])


def test_e4_a_new_series_of_a_known_lineage_makes_the_older_one_worth_asking_for() -> None:
    known = remembering(series("x", at(2), WEEKLY))
    first, second = halves()
    assert known.to_ask(second) == ["x"]
    assert known.to_ask(first, second) == []
    assert known.to_ask(series("y", at(16), WEEKLY)) == ["x"], "it may be x, split by a client itself"
    assert known.to_ask(series("y", at(16), WEEKLY, summary="Another")) == []
    assert known.to_ask(series("y", at(12), WEEKLY)) == []
    known.read(first, second)
    assert known.to_ask(second) == []


def test_e4_a_split_into_another_rule_creates_and_deletes_only_the_rest() -> None:
    known = remembering(series("x", at(2), "RRULE:FREQ=DAILY;COUNT=6"))
    cut = series("x", at(2), "RRULE:FREQ=DAILY;UNTIL=20260304T115959Z")
    rest = series("x_R20260304T120000", at(4), "RRULE:FREQ=DAILY;INTERVAL=2;COUNT=2")
    found = known.read(cut, rest)
    assert sorted(pairs(found).values()) == ["x_20260304T120000Z", "x_20260306T120000Z"]
    assert gone(found) == {"x_20260305T120000Z", "x_20260307T120000Z"}


def test_e4_fewer_weekdays_delete_only_those_and_never_move_one_to_the_end_of_the_window() -> None:
    known = remembering(series("x", at(2), "RRULE:FREQ=WEEKLY;BYDAY=MO,WE"), horizon_days=20)
    found = known.read(series("x", at(2), "RRULE:FREQ=WEEKLY;BYDAY=MO"), horizon_days=60)
    assert not pairs(found)
    assert gone(found) == ids("x", ["2026-03-04T12:00:00Z", "2026-03-11T12:00:00Z", "2026-03-18T12:00:00Z"])


def test_e4_a_split_into_fewer_weekdays_leaves_what_slides_in_new() -> None:
    rule = "RRULE:FREQ=WEEKLY;BYDAY=MO,WE"
    known = remembering(series("x", at(2), rule), horizon_days=20)
    cut = series("x", at(2), f"{rule};UNTIL=20260309T115959Z")
    found = known.read(cut, series("x_R20260309T120000", at(9), "RRULE:FREQ=WEEKLY;BYDAY=MO"), horizon_days=40)
    assert sorted(pairs(found).values()) == ["x_20260309T120000Z", "x_20260316T120000Z"]
    assert gone(found) == ids("x", ["2026-03-11T12:00:00Z", "2026-03-18T12:00:00Z"])


def test_e3_what_the_user_cancelled_pairs_with_nothing() -> None:
    known = remembering(series("x", at(2), "RRULE:FREQ=WEEKLY"), horizon_days=20)
    found = known.read(series("x", at(2), "RRULE:FREQ=WEEKLY"), cancelled("x", MONDAYS[1]), horizon_days=30)
    assert (gone(found), pairs(found)) == (ids("x", MONDAYS[1:2]), {})
    assert "x_20260330T110000Z" in told(found)


def test_e3_what_the_user_cancelled_does_not_go_on_as_a_date_that_he_added() -> None:
    known = remembering(series("x", at(2), WEEKLY))
    found = known.read(series("x", at(2), WEEKLY, "RDATE:20260311T120000Z"), cancelled("x", MONDAYS[1]))
    assert (gone(found), pairs(found)) == (ids("x", MONDAYS[1:2]), {})
    assert told(found) == {"x_20260311T120000Z"}


def test_e4_an_exception_dropped_by_a_move_of_its_series_keeps_its_activity() -> None:
    known = remembering(series("x", at(2), WEEKLY), exception("x", MONDAYS[1], at(10, 8), "Moved"))
    found = known.read(series("x", at(2, 15), WEEKLY), cancelled("x", MONDAYS[1]))
    assert pairs(found)["x_20260309T150000Z"] == "x_20260309T120000Z"
    assert not gone(found)


def test_e4_an_event_that_becomes_a_series_goes_on_as_its_first_occurrence() -> None:
    known = remembering(single("x", at(2)))
    found = known.read(series("x", at(2), WEEKLY))
    assert pairs(found) == {"x_20260302T120000Z": "x"}
    assert (len(known.activities), gone(found)) == (4, set())


def test_e4_a_series_that_becomes_one_event_goes_on_as_that() -> None:
    known = remembering(series("x", at(2), WEEKLY))
    found = known.read(single("x", at(9)))
    assert pairs(found) == {"x": "x_20260309T120000Z"}
    assert gone(found) == ids("x", [MONDAYS[0], *MONDAYS[2:]])
    assert not known.series
    assert [one.event_id for one in known.events.values()] == ["x"]


def test_e4_a_timed_series_that_becomes_whole_days_keeps_its_activities() -> None:
    known = remembering(series("x", at(2), WEEKLY))
    found = known.read(series("x", days("2026-03-02", "2026-03-03"), WEEKLY))
    assert pairs(found) == {f"x_202603{day:02d}": f"x_202603{day:02d}T120000Z" for day in (2, 9, 16, 23)}


def test_d5_an_exception_beyond_the_horizon_keeps_the_activity_that_it_goes_on_with() -> None:
    known = remembering(series("x", at(2), WEEKLY), horizon_days=30)
    far = exception("x", "2026-03-09T15:00:00Z", at(20, month=6))
    found = known.read(series("x", at(2, 15), WEEKLY), far, horizon_days=30)
    assert pairs(found)["x_20260309T150000Z"] == "x_20260309T120000Z"
    assert known.days("x_20260309T120000Z") == "2026-06-20T12:00"


def test_h4_a_deleted_series_counts_as_one_with_its_exceptions() -> None:
    known = remembering(series("x", at(2), WEEKLY), exception("x", MONDAYS[1], at(10, 8), "Moved"))
    found = known.read(cancelled("x", MONDAYS[1]), EventRemoved("x"))
    assert {(one.state.event_id, one.series_id) for one in found.deletions} == {
        (event_id, "x") for event_id in ids("x", MONDAYS)
    }
    assert (known.events, known.series) == ({}, {})


def test_e4_a_half_that_is_deleted_while_the_other_comes_counts_nothing_gone() -> None:
    known = remembering(series("x", at(16), "RRULE:FREQ=WEEKLY;COUNT=2"))
    found = known.read(EventRemoved("x"), series(SPLIT, at(16, 15), "RRULE:FREQ=WEEKLY;COUNT=2"))
    assert (len(pairs(found)), gone(found)) == (2, set())


def test_e3_a_half_nobody_can_expand_deletes_nothing() -> None:
    known = remembering(series("x", at(2), WEEKLY))
    found = known.read(series("x", at(2), "RRULE:FREQ=NEVER"), series(SPLIT, at(16, 15), WEEKLY))
    assert [one.event_id for one in found.skipped] == ["x"]
    assert (gone(found), len(told(found))) == (set(), 3)


def test_d5_a_shrunk_window_deletes_and_pairs_nothing() -> None:
    known = remembering(series("x", at(2), "RRULE:FREQ=WEEKLY"), horizon_days=60)
    found = known.read(series("x", at(2), "RRULE:FREQ=WEEKLY"), horizon_days=10)
    assert (gone(found), pairs(found), len(known.activities)) == (set(), {}, 9)


def test_e4_unrelated_series_never_pair() -> None:
    known = remembering(series("x", at(2), WEEKLY))
    found = known.read(EventRemoved("x"), series("y", at(2), WEEKLY))
    assert (pairs(found), len(gone(found))) == ({}, 4)


def test_e4_batches_never_part_a_lineage() -> None:
    first, second = halves()
    beside = series("y", at(2), WEEKLY)
    assert list(in_batches([first, beside, second], 1)) == [[first, beside, second]], "y may continue x: the same title"
    other = series("z", at(2), WEEKLY, summary="Another")
    assert list(in_batches([first, other, second], 1)) == [[first, second], [other]]


def test_d5_an_exception_that_was_over_before_the_window_is_not_told() -> None:
    old = exception("x", "2026-02-16T12:00:00Z", at(17, month=2))
    known = remembering(series("x", at(16, month=2), WEEKLY), old)
    assert set(known.activities) == ids("x", MONDAYS[:2])
