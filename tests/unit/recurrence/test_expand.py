"""E3, D6: a series becomes events, in the wall clock of its zone, with its exceptions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.domain.series.recurrence import UnexpandableRule
from contracts.times import Timed
from tests.unit.recurrence.series import WINDOW, cancelled, days, expanded, moved, series, starts, timed


def test_e3_an_endless_rule_is_expanded_in_the_window_alone() -> None:
    events = expanded(series(timed("2020-01-06T09:00:00Z"), "RRULE:FREQ=WEEKLY"))
    assert starts(*events)[0] == "2026-03-02T09:00Z"
    assert len(events) == 7


def test_d6_the_wall_clock_stays_when_the_clocks_change() -> None:
    events = expanded(series(timed("2026-03-27T09:00:00Z"), "RRULE:FREQ=DAILY;COUNT=4"))
    assert starts(*events) == ["2026-03-27T09:00Z", "2026-03-28T09:00Z", "2026-03-29T08:00Z", "2026-03-30T08:00Z"]


def test_d6_a_time_inside_a_dst_gap_follows_pep_495() -> None:
    events = expanded(series(timed("2026-03-28T01:30:00Z"), "RRULE:FREQ=DAILY;COUNT=3"))
    assert starts(*events) == ["2026-03-28T01:30Z", "2026-03-29T01:30Z", "2026-03-30T00:30Z"]


def test_two_wall_clock_times_that_a_gap_makes_one_are_one_occurrence() -> None:
    events = expanded(series(timed("2026-03-29T00:30:00Z"), "RRULE:FREQ=HOURLY;COUNT=4"))
    places = [event.occurrence.original_start for event in events if event.occurrence]
    assert len(places) == len(set(places)) == 3


def test_d6_an_ambiguous_time_is_the_first_of_the_two() -> None:
    window = (datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 27, tzinfo=UTC))
    events = expanded(series(timed("2026-10-24T00:30:00Z"), "RRULE:FREQ=DAILY;COUNT=2"), window=window)
    assert starts(*events) == ["2026-10-24T00:30Z", "2026-10-25T00:30Z"]


def test_the_length_is_exact_over_a_dst_change() -> None:
    night = timed("2026-03-27T22:00:00Z", minutes=480)
    for event in expanded(series(night, "RRULE:FREQ=DAILY;COUNT=3")):
        assert isinstance(event.fields.time, Timed)
        assert event.fields.time.end - event.fields.time.start == timedelta(hours=8)


def test_occurrences_know_their_place_and_have_hashes_of_their_own() -> None:
    events = expanded(series(timed("2026-03-02T09:00:00Z"), "RRULE:FREQ=DAILY;COUNT=3"))
    places = [event.occurrence.original_start for event in events if event.occurrence]
    assert places == ["2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z"]
    assert [event.event_id for event in events] == [f"series@{place}" for place in places]
    assert len({event.hash for event in events}) == 3
    assert events == expanded(series(timed("2026-03-02T09:00:00Z"), "RRULE:FREQ=DAILY;COUNT=3"))


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20260304T090000Z", "2026-03-04T09:00Z"),
        ("20260304T085959Z", "2026-03-03T09:00Z"),
        ("20260304", "2026-03-04T09:00Z"),
        ("20260304T100000", "2026-03-04T09:00Z"),
        ("20260304T095959", "2026-03-03T09:00Z"),
    ],
)
def test_until_is_an_instant_a_local_time_or_a_whole_day(until: str, last: str) -> None:
    events = expanded(series(timed("2026-03-02T09:00:00Z"), f"RRULE:FREQ=DAILY;UNTIL={until}"))
    assert starts(*events)[-1] == last


@pytest.mark.parametrize("until", ["20260304", "20260304T000000Z", "20260304T225959Z"])
def test_until_of_an_all_day_series_is_its_last_day(until: str) -> None:
    events = expanded(series(days("2026-03-02", "2026-03-03"), f"RRULE:FREQ=DAILY;UNTIL={until}"))
    assert starts(*events) == ["2026-03-02", "2026-03-03", "2026-03-04"]


def test_all_day_series_keep_their_number_of_days() -> None:
    events = expanded(
        series(days("2026-03-02", "2026-03-04"), "RRULE:FREQ=WEEKLY;COUNT=2", "EXDATE;VALUE=DATE:20260309")
    )
    assert [event.fields.time for event in events] == [days("2026-03-02", "2026-03-04")]
    assert [event.occurrence.original_start for event in events if event.occurrence] == ["2026-03-02"]


@pytest.mark.parametrize(
    "exdate",
    [
        "EXDATE:20260303T090000Z",
        "EXDATE;TZID=Europe/Berlin:20260303T100000",
        "EXDATE;TZID=America/New_York:20260303T040000",
        "EXDATE;TZID=W. Europe Standard Time:20260303T100000",
        "EXDATE:20260303T100000",
        "EXDATE;VALUE=DATE:20260303",
        "exdate:20260303T090000Z,20270101T000000Z",
    ],
)
def test_excluded_dates_in_all_their_spellings(exdate: str) -> None:
    events = expanded(series(timed("2026-03-02T09:00:00Z"), "RRULE:FREQ=DAILY;COUNT=3", exdate))
    assert starts(*events) == ["2026-03-02T09:00Z", "2026-03-04T09:00Z"]


def test_an_exrule_takes_out_what_it_makes() -> None:
    lines = ("RRULE:FREQ=DAILY;COUNT=6", "EXRULE:FREQ=DAILY;INTERVAL=2")
    assert starts(*expanded(series(timed("2026-03-02T09:00:00Z"), *lines))) == [
        "2026-03-03T09:00Z",
        "2026-03-05T09:00Z",
        "2026-03-07T09:00Z",
    ]


def test_added_dates_with_and_without_a_rule() -> None:
    first = timed("2026-03-02T09:00:00Z")
    assert starts(*expanded(series(first, "RDATE:20260310T120000Z"))) == ["2026-03-02T09:00Z", "2026-03-10T12:00Z"]
    lines = ("RRULE:FREQ=DAILY;COUNT=2", "RDATE;TZID=Europe/Berlin:20260310T120000", "RDATE;VALUE=DATE:20260311")
    assert starts(*expanded(series(first, *lines)))[2:] == ["2026-03-10T11:00Z", "2026-03-11T09:00Z"]


@pytest.mark.parametrize("end", ["PT2H", "20260310T140000Z"])
def test_an_added_period_has_a_length_of_its_own(end: str) -> None:
    events = expanded(series(timed("2026-03-02T09:00:00Z"), f"RDATE;VALUE=PERIOD:20260310T120000Z/{end}"))
    assert events[1].fields.time == timed("2026-03-10T12:00:00Z", 120)


def test_e3_a_cancelled_occurrence_is_left_out() -> None:
    events = expanded(
        series(timed("2026-03-02T09:00:00Z"), "RRULE:FREQ=DAILY;COUNT=3"), cancelled("2026-03-03T09:00:00Z")
    )
    assert starts(*events) == ["2026-03-02T09:00Z", "2026-03-04T09:00Z"]


def test_e3_an_exception_is_shown_where_it_is_now() -> None:
    rule = series(timed("2026-03-02T09:00:00Z"), "RRULE:FREQ=DAILY;COUNT=3")
    events = expanded(rule, moved("2026-03-03T09:00:00Z", timed("2026-03-20T07:00:00Z")))
    assert starts(*events) == ["2026-03-02T09:00Z", "2026-03-04T09:00Z", "2026-03-20T07:00Z"]


def test_d5_exceptions_move_into_the_window_and_out_of_it() -> None:
    rule = series(timed("2026-02-02T09:00:00Z"), "RRULE:FREQ=WEEKLY;COUNT=6")
    into = moved("2026-02-02T09:00:00Z", timed("2026-03-05T09:00:00Z"))
    out_of = moved("2026-03-09T09:00:00Z", timed("2026-05-05T09:00:00Z"))
    assert starts(*expanded(rule, into, out_of)) == ["2026-03-02T09:00Z", "2026-03-05T09:00Z"]


def test_an_exception_that_its_rule_no_longer_makes_is_shown() -> None:
    rule = series(timed("2026-03-02T09:00:00Z"), "RRULE:FREQ=DAILY;COUNT=1")
    assert len(expanded(rule, moved("2026-03-03T08:00:00Z", timed("2026-03-03T10:00:00Z")))) == 2


def test_the_window_takes_what_overlaps_it() -> None:
    begin = WINDOW[0]
    rule = series(timed("2026-02-27T23:30:00Z", zone="UTC"), "RRULE:FREQ=DAILY;COUNT=3")
    assert starts(*expanded(rule)) == ["2026-02-28T23:30Z", "2026-03-01T23:30Z"]
    assert not expanded(rule, window=(begin - timedelta(days=9), begin - timedelta(days=3)))


def test_d1_a_day_counts_until_it_is_over_everywhere() -> None:
    rule = series(days("2026-02-27", "2026-02-28"), "RRULE:FREQ=DAILY;COUNT=3")
    events = expanded(rule)
    assert [event.fields.time for event in events] == [
        days("2026-02-28", "2026-03-01"),
        days("2026-03-01", "2026-03-02"),
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;COUNT=3;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
    ],
)
@pytest.mark.timeout(5)
def test_a_rule_that_never_matches_ends(rule: str) -> None:
    assert expanded(series(timed("1971-03-02T09:00:00Z"), f"RRULE:{rule}")) == ()


@pytest.mark.parametrize(
    "line",
    [
        "RRULE:FREQ=SOMETIMES",
        "RRULE:",
        "RRULE:FREQ=DAILY;INTERVAL=0",
        "RRULE:FREQ=MONTHLY;INTERVAL=-1",
        "RRULE:FREQ=WEEKLY;COUNT=0",
        "RRULE:FREQ=WEEKLY;COUNT=-1",
        "RRULE:FREQ=WEEKLY;COUNT=",
        "RRULE:FREQ=YEARLY;BYMONTH=13",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=0",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=1,32",
        "RRULE:FREQ=DAILY;BYHOUR=25",
        "RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0",
        "RRULE:FREQ=DAILY;UNTIL=tomorrow",
        "RRULE:FREQ=DAILY;UNTIL=20261399",
        "RRULE:FREQ=DAILY;BYEASTER=1",
        "RRULE:RSCALE=HEBREW;FREQ=YEARLY",
        "RRULE:FREQ=SECONDLY",
        "RRULE:FREQ=MINUTELY;COUNT=1000000000",
        "RDATE:20261332T000000Z",
        "RDATE;VALUE=PERIOD:20260310T120000Z/PX",
        "EXDATE;TZID=Mars/Olympus:20260303T100000",
        "DTSTART:20260303T100000Z",
        "every other day",
    ],
)
@pytest.mark.timeout(10)
def test_e3_what_nobody_can_expand_says_why(line: str) -> None:
    with pytest.raises(UnexpandableRule) as caught:
        expanded(series(timed("2026-03-02T09:00:00Z"), line))
    assert caught.value.code == "unexpandable_rule"
    assert caught.value.detail


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY;COUNT=0", "FREQ=WEEKLY;COUNT=-1", "FREQ=WEEKLY;INTERVAL=0"])
def test_e3_a_number_that_means_nothing_is_named_with_its_rule_also_outside_the_window(rule: str) -> None:
    """Nobody's `COUNT=0` is a series that merely has no occurrence for now."""
    with pytest.raises(UnexpandableRule) as caught:
        expanded(series(timed("2031-03-02T09:00:00Z"), f"RRULE:{rule}"))
    assert caught.value.detail == f"RRULE:{rule} means nothing, because of {rule.split(';')[1]}"


TUESDAY, THURSDAYS = "2026-03-03T09:00Z", ["2026-03-05T09:00Z", "2026-03-12T09:00Z", "2026-03-19T09:00Z"]


@pytest.mark.parametrize("end", ["COUNT=3", "UNTIL=20260320"])
def test_e3_a_start_that_its_rule_does_not_make_is_an_occurrence_beside_those_of_the_rule(end: str) -> None:
    """Google shows COUNT + 1 of them; docs/providers/google.md, 1.3."""
    events = expanded(series(timed("2026-03-03T09:00:00Z"), f"RRULE:FREQ=WEEKLY;BYDAY=TH;{end}"))
    assert starts(*events) == [TUESDAY, *THURSDAYS]


@pytest.mark.parametrize("line", ["EXDATE:20260303T090000Z", "EXRULE:FREQ=WEEKLY;BYDAY=TU"])
def test_e3_such_a_start_can_be_taken_out(line: str) -> None:
    events = expanded(series(timed("2026-03-03T09:00:00Z"), "RRULE:FREQ=WEEKLY;BYDAY=TH;COUNT=3", line))
    assert starts(*events) == THURSDAYS


def test_e3_where_the_rule_alone_counts_the_start_is_none() -> None:
    """Exchange moves the start to the first day of its pattern; docs/providers/graph.md, 2.4."""
    rule = replace(series(timed("2026-03-03T09:00:00Z"), "RRULE:FREQ=WEEKLY;BYDAY=TH;COUNT=3"), rule_alone=True)
    assert starts(*expanded(rule)) == THURSDAYS


@pytest.mark.parametrize("until", ["20260302", "20260303T085959Z", "20260303T095959"])
def test_e3_a_rule_that_ends_before_its_start_has_no_occurrence(until: str) -> None:
    assert not expanded(series(timed("2026-03-03T09:00:00Z"), f"RRULE:FREQ=WEEKLY;UNTIL={until}"))
