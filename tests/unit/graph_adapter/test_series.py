"""Masters with all that became of their occurrences (E3), and Exchange's patterns as RFC 5545 rules."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr

from connector.adapters.providers.exchange_store.recurrence import UnreadableRecurrenceError
from connector.adapters.providers.graph.recurring.series import recurrence_lines
from connector.domain.provider.items import EventRemoved, OccurrenceCancelled, OccurrenceRead, SeriesRead, Unreadable
from contracts.times import AllDay, Timed
from simulators.frame.store.recurring import recurrence
from simulators.frame.store.times import Moment
from tests.unit.graph_adapter.resources import WEEKLY, marked, moment, read, resource

FIRST = datetime(2026, 11, 3, 11, tzinfo=UTC)
TIMED = Timed(start=FIRST, end=FIRST + timedelta(hours=1), timezone="Europe/Berlin")
FOREVER = {"type": "noEnd", "startDate": "2026-11-03", "endDate": "0001-01-01"}
CUSTOM = "tzone://Microsoft/Custom"
MASTER = {"type": "seriesMaster", "recurrence": WEEKLY}


def recurring_in(zone: str) -> dict[str, Any]:
    """Return a weekly recurrence that tells this zone."""
    return WEEKLY | {"range": WEEKLY["range"] | {"recurrenceTimeZone": zone}}


def line(span: dict[str, Any] | None = None, **pattern: Any) -> str:
    [rule] = recurrence_lines({"pattern": {"interval": 1} | pattern, "range": span or FOREVER}, TIMED)
    return rule.removeprefix("RRULE:")


@pytest.mark.parametrize(
    ("pattern", "rule"),
    [
        ({"type": "daily"}, "FREQ=DAILY"),
        ({"type": "daily", "interval": 3}, "FREQ=DAILY;INTERVAL=3"),
        ({"type": "weekly", "daysOfWeek": ["tuesday"]}, "FREQ=WEEKLY"),
        ({"type": "weekly", "daysOfWeek": ["friday", "monday"]}, "FREQ=WEEKLY;BYDAY=MO,FR"),
        (
            {"type": "weekly", "interval": 2, "daysOfWeek": ["sunday", "monday"], "firstDayOfWeek": "monday"},
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=MO",
        ),
        ({"type": "absoluteMonthly", "dayOfMonth": 3}, "FREQ=MONTHLY"),
        ({"type": "absoluteMonthly", "dayOfMonth": 15}, "FREQ=MONTHLY;BYMONTHDAY=15"),
        ({"type": "absoluteMonthly", "dayOfMonth": 30}, "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"),
        ({"type": "relativeMonthly", "daysOfWeek": ["friday"], "index": "last"}, "FREQ=MONTHLY;BYDAY=-1FR"),
        (
            {"type": "relativeMonthly", "daysOfWeek": ["monday", "tuesday"], "index": "second"},
            "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=2",
        ),
        ({"type": "absoluteYearly", "month": 11, "dayOfMonth": 3}, "FREQ=YEARLY"),
        ({"type": "absoluteYearly", "month": 12, "dayOfMonth": 24}, "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24"),
        (
            {"type": "absoluteYearly", "month": 2, "dayOfMonth": 29},
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1",
        ),
        (
            {"type": "relativeYearly", "month": 11, "daysOfWeek": ["thursday"], "index": "fourth"},
            "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
        ),
    ],
)
def test_e3_patterns_are_rules(pattern: dict[str, Any], rule: str) -> None:
    assert line(**pattern) == rule


def test_e3_a_month_without_the_day_has_its_last_one() -> None:
    rule = line(type="absoluteMonthly", dayOfMonth=31)
    found = rrulestr(rule, dtstart=datetime(2027, 1, 31)).between(datetime(2027, 1, 1), datetime(2027, 5, 1))  # noqa: DTZ001
    assert [one.date() for one in found] == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]


def test_e3_the_last_day_counts_whole_and_in_the_series_zone() -> None:
    until = {"type": "endDate", "endDate": "2026-12-01"}
    assert line(until, type="daily") == "FREQ=DAILY;UNTIL=20261201T225959Z"
    days = AllDay(start=date(2026, 11, 3), end=date(2026, 11, 4))
    assert recurrence_lines({"pattern": {"type": "daily", "interval": 1}, "range": until}, days) == (
        "RRULE:FREQ=DAILY;UNTIL=20261201",
    )


@pytest.mark.parametrize(
    "pattern",
    [
        {"type": "hourly"},
        {"type": "weekly", "daysOfWeek": []},
        {"type": "weekly", "daysOfWeek": ["someday"]},
        {"type": "daily", "interval": -1},
        {"type": "absoluteMonthly"},
        {"type": "relativeMonthly", "daysOfWeek": ["monday"], "index": "fifth"},
    ],
)
def test_e3_what_no_rule_can_say_has_a_reason(pattern: dict[str, Any]) -> None:
    with pytest.raises(UnreadableRecurrenceError, match="a recurrence"):
        line(**pattern)


def test_e3_a_master_tells_all_its_exceptions() -> None:
    moved = resource(
        id="own1",
        type="exception",
        occurrenceId="OID.AAkALgAA=.2026-11-10",
        originalStart="2026-11-10T11:00:00Z",
        start=moment("2026-11-11T15:00:00"),
        end=moment("2026-11-11T16:00:00"),
    )
    gone = ["OID.AAkALgAA=.2026-11-17"]
    series = read(**MASTER, **marked("Europe/Rome"), exceptionOccurrences=[moved], cancelledOccurrences=gone)
    assert isinstance(series, SeriesRead)
    assert series.recurrence == ("RRULE:FREQ=WEEKLY;COUNT=4",)
    assert series.exceptions
    first, second = series.exceptions
    assert isinstance(first, OccurrenceRead)
    assert first.event.occurrence
    assert first.event.occurrence.original_start == "2026-11-10T11:00:00Z"
    assert first.event.event_id == "AAkALgAA=_20261110T110000Z"
    assert first.event.marker == series.event.marker
    assert isinstance(first.event.fields.time, Timed)
    assert first.event.fields.time.timezone == "Europe/Rome"
    assert isinstance(second, OccurrenceCancelled)
    assert (second.event_id, second.original_start) == ("AAkALgAA=_20261117T110000Z", "2026-11-17T11:00:00Z")


def test_d6_an_occurrence_keeps_its_place_when_the_clocks_change() -> None:
    summer = {"start": moment("2026-10-20T10:00:00"), "end": moment("2026-10-20T11:00:00")}
    gone = ["OID.AAkALgAA=.2026-10-27"]
    series = read(**MASTER, **summer, cancelledOccurrences=gone)
    assert isinstance(series, SeriesRead)
    assert series.exceptions
    assert series.exceptions[0].original_start == "2026-10-27T11:00:00Z"  # type: ignore[union-attr]


def test_e3_the_day_of_an_exception_without_a_name_is_the_one_in_the_series_zone() -> None:
    late = {"start": moment("2026-11-03T23:30:00"), "end": moment("2026-11-03T23:45:00")}
    moved = resource(id="own", type="exception", originalStart="2026-11-10T23:30:00Z")
    series = read(**MASTER, **late, exceptionOccurrences=[moved])
    assert isinstance(series, SeriesRead)
    assert isinstance(one := (series.exceptions or ())[0], OccurrenceRead)
    assert one.event.event_id == "AAkALgAA=_20261110T233000Z"


WHOLE_DAYS = {
    "isAllDay": True,
    "start": moment("2026-11-03T00:00:00"),
    "end": moment("2026-11-04T00:00:00"),
    "originalStartTimeZone": "UTC",
}


@pytest.mark.parametrize(
    ("zone", "original"),
    [
        ("W. Europe Standard Time", "2026-11-09T23:00:00Z"),
        ("Tokyo Standard Time", "2026-11-09T15:00:00Z"),
        ("New Zealand Standard Time", "2026-11-09T11:00:00Z"),
        ("Pacific Standard Time", "2026-11-10T08:00:00Z"),
        ("", "2026-11-09T23:00:00Z"),
        ("", "2026-11-10T08:00:00Z"),
        ("New Zealand Standard Time", "2026-11-10T00:00:00Z"),
        ("Pacific Standard Time", "2026-11-10T00:00:00Z"),
    ],
)
def test_e3_the_day_of_a_whole_day_exception_without_a_name_begins_in_the_zone_of_the_recurrence(
    zone: str, original: str
) -> None:
    """It is midnight there (microsoft-graph-docs #7163); guests are shown no zone, some servers the bare day."""
    moved = resource(id="own", type="exception", **WHOLE_DAYS, originalStart=original)
    series = read(**MASTER | WHOLE_DAYS | {"recurrence": recurring_in(zone)}, exceptionOccurrences=[moved])
    assert isinstance(series, SeriesRead)
    assert isinstance(one := (series.exceptions or ())[0], OccurrenceRead)
    assert one.event.occurrence
    assert one.event.occurrence.original_start == "2026-11-10"


def test_e3_the_last_day_is_one_in_the_zone_of_the_recurrence() -> None:
    """So says Microsoft's page on recurrenceRange of `recurrenceTimeZone`."""
    until = {"type": "endDate", "endDate": "2026-12-01", "recurrenceTimeZone": "Tokyo Standard Time"}
    assert line(until, type="daily") == "FREQ=DAILY;UNTIL=20261201T145959Z"


@pytest.mark.parametrize("zone", ["Tokyo Standard Time", "Hawaiian Standard Time", "W. Europe Standard Time"])
@pytest.mark.parametrize("clock", ["00:30:00", "12:00:00", "23:30:00"])
def test_e3_the_last_day_is_the_simulators_too(zone: str, clock: str) -> None:
    until = {"type": "endDate", "startDate": "2026-11-03", "endDate": "2026-11-10", "recurrenceTimeZone": zone}
    start = Moment(f"2026-11-03T{clock}", "Europe/Berlin", "W. Europe Standard Time")
    full = recurrence.completed({"pattern": {"type": "daily", "interval": 1}, "range": until}, start)
    kept = [one.instant for one in recurrence.starts(full, start)]
    timed = Timed(start=start.instant, end=start.instant, timezone="Europe/Berlin")
    [rule] = recurrence_lines(full, timed)
    assert list(rrulestr(rule, dtstart=start.instant.astimezone(ZoneInfo("Europe/Berlin")))) == kept
    assert all((recurrence.has_day(full, start, str(one.date())) is not None) for one in kept if clock == "12:00:00")


def test_an_occurrence_that_was_called_off_is_cancelled() -> None:
    off = resource(id="own", type="exception", originalStart="2026-11-10T11:00:00Z", isCancelled=True)
    series = read(**MASTER, exceptionOccurrences=[off])
    assert isinstance(series, SeriesRead)
    assert isinstance((series.exceptions or ())[0], OccurrenceCancelled)


def test_a_series_that_was_called_off_is_gone() -> None:
    assert isinstance(read(**MASTER, isCancelled=True), EventRemoved)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"recurrence": WEEKLY | {"pattern": {"type": "lunar"}}}, "unknown type lunar"),
        ({"originalStartTimeZone": CUSTOM, "recurrence": recurring_in(CUSTOM)}, "its time zone is unknown"),
        ({"exceptionOccurrences": [{"id": "x"}]}, "an event without a start"),
    ],
)
def test_e3_a_series_nobody_can_expand_is_quarantined_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    item = read(**MASTER | changes)
    assert isinstance(item, Unreadable)
    assert reason in item.reason


def test_d6_a_series_tells_its_zone_once_more() -> None:
    series = read(**MASTER | {"originalStartTimeZone": CUSTOM, "recurrence": recurring_in("Tokyo Standard Time")})
    assert isinstance(series, SeriesRead)
    assert isinstance(series.event.fields.time, Timed)
    assert series.event.fields.time.timezone == "Asia/Tokyo"


def test_the_zone_of_a_written_series_is_good_enough_where_exchange_knows_none() -> None:
    own = {"originalStartTimeZone": CUSTOM, "recurrence": recurring_in(CUSTOM)}
    item = read(**MASTER | marked("Europe/Berlin") | own)
    assert isinstance(item, SeriesRead)


@pytest.mark.parametrize("numbers", [{"interval": 0}, {"interval": -1}])
def test_e3_an_interval_that_means_nothing_is_quarantined_by_the_rule_for_series(numbers: dict[str, int]) -> None:
    pattern = WEEKLY["pattern"] | numbers
    found = read(**MASTER | {"recurrence": WEEKLY | {"pattern": pattern}})
    assert isinstance(found, Unreadable)
    assert (found.rule, found.reason) == ("E3", f"a recurrence whose interval is {numbers['interval']}")


def test_e3_of_a_range_without_a_number_the_same_is_said() -> None:
    span = FOREVER | {"type": "numbered", "numberOfOccurrences": 0}
    found = read(**MASTER | {"recurrence": WEEKLY | {"range": span}})
    assert isinstance(found, Unreadable)
    assert (found.rule, found.reason) == ("E3", "a recurrence whose numberOfOccurrences is 0")


def test_e3_the_pattern_alone_says_where_occurrences_are() -> None:
    master = read(**MASTER)
    assert isinstance(master, SeriesRead)
    assert master.rule_alone
