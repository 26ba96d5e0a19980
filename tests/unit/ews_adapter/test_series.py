"""Masters with modified and deleted occurrences (E3), and recurrences as RFC 5545 says them."""

from datetime import UTC, date, datetime

import pytest
from lxml import etree

from connector.adapters.providers.ews.recurring.recurrence import recurrence_lines
from connector.adapters.providers.ews.recurring.series import modified_occurrences, occurrence_of, read_series
from connector.adapters.providers.ews.xml import TYPES
from connector.adapters.providers.exchange_store.recurrence import UnreadableRecurrenceError
from connector.domain.provider.errors import Missing
from connector.domain.provider.items import EventRemoved, OccurrenceCancelled, OccurrenceRead, SeriesRead, Unreadable
from contracts.calendar_objects import Occurrence
from contracts.times import AllDay, EventTime, Timed
from tests.unit.ews_adapter.items import CALENDAR, MARKER, deleted, item, master, modified, read, weekly, zone

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
SERIES = "AAMk/ALg+A="
MOVED = {
    "id": "moved",
    "start": "2026-11-11T15:00:00Z",
    "end": "2026-11-11T16:00:00Z",
    "original": "2026-11-10T11:00:00Z",
}
AT = datetime(2026, 11, 1, 8, tzinfo=UTC)
TUESDAY = Timed(
    start=datetime(2026, 11, 3, 11, tzinfo=UTC), end=datetime(2026, 11, 3, 12, tzinfo=UTC), timezone="Europe/Berlin"
)
DAY = AllDay(start=date(2026, 11, 3), end=date(2026, 11, 4))


def series(**changes: str) -> SeriesRead:
    found = read(master(**changes))
    assert isinstance(found, SeriesRead), found
    return found


def test_e3_a_master_reads_as_its_first_occurrence_with_its_rule() -> None:
    found = series()
    assert (found.event.event_id, found.lineage, found.recurrence) == (SERIES, SERIES, ("RRULE:FREQ=WEEKLY;COUNT=4",))
    assert (found.event.fields.time, found.exceptions, found.rule_alone) == (TUESDAY, (), True)


def test_e3_what_became_of_occurrences_comes_with_their_master() -> None:
    raw = master(
        None,
        MARKER,
        ModifiedOccurrences=modified(MOVED),
        DeletedOccurrences=deleted("2026-11-17T11:00:00Z"),
    )
    [wanted] = modified_occurrences(raw, NOW)
    shown = item(CalendarItemType="Exception", Start=MOVED["start"], End=MOVED["end"], Subject="Moved")
    found = read_series(raw, CALENDAR, {wanted: shown})
    assert isinstance(found, SeriesRead)
    assert found.exceptions
    changed, gone = found.exceptions
    assert isinstance(changed, OccurrenceRead)
    assert (changed.event.event_id, changed.event.fields.summary) == (f"{SERIES}_20261110T110000Z", "Moved")
    assert changed.event.occurrence == Occurrence(
        series_id=SERIES, lineage=SERIES, original_start="2026-11-10T11:00:00Z"
    )
    assert changed.event.marker == MARKER
    assert gone == OccurrenceCancelled(f"{SERIES}_20261117T110000Z", SERIES, "2026-11-17T11:00:00Z", AT)


def test_e3_an_exception_that_is_gone_when_it_is_read_is_cancelled() -> None:
    raw = master(ModifiedOccurrences=modified(MOVED))
    [wanted] = modified_occurrences(raw, NOW)
    found = read_series(raw, CALENDAR, {wanted: None})
    assert isinstance(found, SeriesRead)
    assert found.exceptions == (OccurrenceCancelled(f"{SERIES}_20261110T110000Z", SERIES, "2026-11-10T11:00:00Z", AT),)


def test_e3_an_occurrence_keeps_its_place_when_the_clocks_change() -> None:
    """The rule says noon of Berlin: 10:00 in summer, 11:00 in winter."""
    raw = master(
        weekly(days="Sunday"),
        Start="2026-10-18T10:00:00Z",
        End="2026-10-18T11:00:00Z",
        DeletedOccurrences=deleted("2026-10-25T11:00:00Z"),
    )
    found = read(raw)
    assert isinstance(found, SeriesRead)
    assert found.exceptions
    [gone] = found.exceptions
    assert getattr(gone, "original_start", "") == "2026-10-25T11:00:00Z"


def test_e3_the_days_of_an_all_day_series_are_those_of_its_zone() -> None:
    raw = master(
        Start="2026-11-02T23:00:00Z",
        End="2026-11-03T23:00:00Z",
        IsAllDayEvent="true",
        DeletedOccurrences=deleted("2026-11-16T23:00:00Z"),
    )
    found = read(raw)
    assert isinstance(found, SeriesRead)
    assert found.event.fields.time == DAY
    assert found.exceptions == (OccurrenceCancelled(f"{SERIES}_20261117", SERIES, "2026-11-17", AT),)


def test_what_was_changed_long_ago_is_not_read() -> None:
    old = MOVED | {"start": "2026-06-11T15:00:00Z", "end": "2026-06-11T16:00:00Z", "original": "2026-06-10T11:00:00Z"}
    into_now = old | {"end": "2026-11-03T16:00:00Z", "id": "into"}
    from_now = old | {"original": "2026-11-10T11:00:00Z", "id": "from"}
    raw = master(ModifiedOccurrences=modified(old, into_now, from_now))
    assert [one.item_id for one in modified_occurrences(raw, NOW)] == ["into", "from"]


def test_e3_a_series_whose_exceptions_place_is_unknown_is_quarantined_alone() -> None:
    raw = master(ModifiedOccurrences=modified(MOVED))
    for one in list(raw.iter("{*}OriginalStart")):
        one.text = "soon"
    with pytest.raises(ValueError, match="soon"):
        modified_occurrences(raw, NOW)


def test_h1_a_cancelled_series_is_gone() -> None:
    assert read(master(IsCancelled="true")) == EventRemoved(SERIES, AT)


@pytest.mark.parametrize("name", ["tzone://Microsoft/Custom", ""])
def test_3_6_a_series_in_an_unknown_zone_is_quarantined(name: str) -> None:
    found = read(master(StartTimeZone=zone(name), EndTimeZone=zone(name, "EndTimeZone")))
    assert found == Unreadable(SERIES, "its time zone is unknown, in which its occurrences repeat")


def test_3_6_an_all_day_series_in_an_unknown_zone_is_read() -> None:
    unknown = {"StartTimeZone": zone(""), "EndTimeZone": zone("", "EndTimeZone")}
    days = {"Start": "2026-11-02T23:00:00Z", "End": "2026-11-03T23:00:00Z", "IsAllDayEvent": "true"}
    assert series(**days, **unknown).event.fields.time == DAY


def test_e3_a_rule_that_nobody_knows_is_quarantined_as_such() -> None:
    raw = master()
    for one in list(raw.iter("{*}WeeklyRecurrence")):
        one.tag = f"{{{TYPES}}}MoonRecurrence"
    assert read(raw) == Unreadable(SERIES, "a recurrence of the unknown type MoonRecurrence", rule="E3")


def test_e3_an_occurrence_that_is_read_by_itself_stands_where_the_rule_put_it() -> None:
    raw = item(CalendarItemType="Occurrence", Start="2026-11-10T11:00:00Z", End="2026-11-10T12:00:00Z")
    found = occurrence_of(raw, series())
    assert isinstance(found, OccurrenceRead)
    assert found.event.event_id == f"{SERIES}_20261110T110000Z"


def test_e3_an_occurrence_without_a_start_is_missing() -> None:
    with pytest.raises(Missing):
        occurrence_of(item(CalendarItemType="Occurrence", Start=None), series())


def pattern(kind: str, *inside: str) -> str:
    return f"<{kind}>{''.join(inside)}</{kind}>"


def every(number: int) -> str:
    return f"<Interval>{number}</Interval>"


def on(day: int) -> str:
    return f"<DayOfMonth>{day}</DayOfMonth>"


NO_END = "<NoEndRecurrence><StartDate>2026-11-03</StartDate></NoEndRecurrence>"
UNTIL = (
    "<EndDateRecurrence><StartDate>2026-11-03+01:00</StartDate><EndDate>2027-03-02+01:00</EndDate></EndDateRecurrence>"
)
FIRST_MONDAY = "<DaysOfWeek>Monday</DaysOfWeek><DayOfWeekIndex>First</DayOfWeekIndex>"
LAST_WORKDAY = "<DaysOfWeek>Weekday</DaysOfWeek><DayOfWeekIndex>Last</DayOfWeekIndex>"


TWO_DAYS = "<DaysOfWeek>Friday Tuesday</DaysOfWeek><FirstDayOfWeek>Monday</FirstDayOfWeek>"
RULES = [
    (pattern("DailyRecurrence", every(1)), "FREQ=DAILY"),
    (pattern("DailyRecurrence", every(3)), "FREQ=DAILY;INTERVAL=3"),
    (pattern("WeeklyRecurrence", every(2), TWO_DAYS), "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR;WKST=MO"),
    (pattern("AbsoluteMonthlyRecurrence", every(1), on(3)), "FREQ=MONTHLY"),
    (
        pattern("AbsoluteMonthlyRecurrence", every(24), on(31)),
        "FREQ=MONTHLY;INTERVAL=24;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
    ),
    (pattern("RelativeMonthlyRecurrence", every(1), FIRST_MONDAY), "FREQ=MONTHLY;BYDAY=1MO"),
    (
        pattern("RelativeMonthlyRecurrence", every(1), LAST_WORKDAY),
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    ),
    (pattern("AbsoluteYearlyRecurrence", on(3), "<Month>November</Month>"), "FREQ=YEARLY"),
    (
        pattern("RelativeYearlyRecurrence", LAST_WORKDAY, "<Month>May</Month>"),
        "FREQ=YEARLY;BYMONTH=5;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    ),
]


@pytest.mark.parametrize(("found", "rule"), RULES)
def test_e3_patterns_as_rfc_5545_says_them(found: str, rule: str) -> None:
    assert recurrence_lines(master(f"<Recurrence>{found}{NO_END}</Recurrence>"), TUESDAY) == (f"RRULE:{rule}",)


@pytest.mark.parametrize(
    ("word", "days"),
    [
        ("Weekday", "MO,TU,WE,TH,FR"),
        ("WeekendDay", "SA,SU"),
        ("Day", "MO,TU,WE,TH,FR,SA,SU"),
        ("WeekendDay Monday", "MO,SA,SU"),
    ],
)
def test_3_6_a_weekly_rule_for_words_that_stand_for_days(word: str, days: str) -> None:
    assert recurrence_lines(master(weekly(word, span=NO_END)), TUESDAY) == (f"RRULE:FREQ=WEEKLY;BYDAY={days}",)


def test_3_6_a_series_ends_with_a_day_whatever_offset_it_bears() -> None:
    raw = master(weekly(span=UNTIL))
    assert recurrence_lines(raw, TUESDAY) == ("RRULE:FREQ=WEEKLY;UNTIL=20270302T225959Z",)
    assert recurrence_lines(raw, DAY) == ("RRULE:FREQ=WEEKLY;UNTIL=20270302",)


@pytest.mark.parametrize("first", [TUESDAY, DAY])
def test_e3_a_recurrence_without_a_range_or_a_pattern_is_none(first: EventTime) -> None:
    raw = master()
    for one in list(raw.iter("{*}NumberedRecurrence", "{*}WeeklyRecurrence")):
        parent = one.getparent()
        assert parent is not None
        parent.remove(one)
        with pytest.raises(UnreadableRecurrenceError):
            recurrence_lines(raw, first)
    assert etree.QName(raw).localname == "CalendarItem"
