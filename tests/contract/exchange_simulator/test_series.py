"""Series: patterns there and back, occurrences by their place, what the master says of them."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.clock import ManualClock
from simulators.exchange.domain.xml import Element, q
from simulators.frame.domain.traps import Armed
from tests.contract.exchange_simulator.mailbox import EwsRefusal, Mailbox, deleting, found, new_mailbox, setting, texts

DAILY = "<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>"


@pytest.fixture
def mailbox() -> Mailbox:
    return new_mailbox(ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)))


def _counted(start: str, count: int) -> str:
    dates = f"<t:StartDate>{start}</t:StartDate><t:NumberOfOccurrences>{count}</t:NumberOfOccurrences>"
    return f"<t:NumberedRecurrence>{dates}</t:NumberedRecurrence>"


def _series(
    mailbox: Mailbox, pattern: str = DAILY, extent: str = "", start: str = "2026-03-27T09:00:00Z", extra: str = ""
) -> Element:
    """A series of an hour in Berlin; if not told otherwise, on five days about the one when the clocks go forward."""
    end = (datetime.fromisoformat(start) + timedelta(hours=1)).isoformat()
    rule = f"<t:Recurrence>{pattern}{extent or _counted(start[:10], 5)}</t:Recurrence>"
    zones = '<t:StartTimeZone Id="W. Europe Standard Time"/><t:EndTimeZone Id="W. Europe Standard Time"/>'
    return mailbox.create(f"<t:Subject>s</t:Subject><t:Start>{start}</t:Start><t:End>{end}</t:End>{extra}{rule}{zones}")


def _at(master: Element, index: int) -> str:
    named = f'RecurringMasterId="{master.get("Id")}" ChangeKey="{master.get("ChangeKey")}"'
    return f'<t:OccurrenceItemId {named} InstanceIndex="{index}"/>'


def _view(mailbox: Mailbox, start: str, end: str) -> list[Element]:
    window = f'<m:CalendarView StartDate="{start}T00:00:00Z" EndDate="{end}T00:00:00Z"/>'
    return mailbox.find(window, "<t:BaseShape>AllProperties</t:BaseShape>")


_PATTERNS: list[tuple[str, str, dict[str, str]]] = [
    ("2026-03-02", "DailyRecurrence", {"Interval": "3"}),
    (
        "2026-03-03",
        "WeeklyRecurrence",
        {"Interval": "2", "DaysOfWeek": "Tuesday Thursday", "FirstDayOfWeek": "Monday"},
    ),
    ("2026-03-31", "AbsoluteMonthlyRecurrence", {"Interval": "1", "DayOfMonth": "31"}),
    (
        "2026-03-02",
        "RelativeMonthlyRecurrence",
        {"Interval": "1", "DaysOfWeek": "Weekday", "DayOfWeekIndex": "First"},
    ),
    ("2026-03-29", "RelativeYearlyRecurrence", {"DaysOfWeek": "Sunday", "DayOfWeekIndex": "Last", "Month": "March"}),
    ("2026-03-05", "AbsoluteYearlyRecurrence", {"DayOfMonth": "5", "Month": "March"}),
]


@pytest.mark.parametrize(("start", "name", "parts"), _PATTERNS, ids=lambda one: one if one is str(one) else "")
def test_patterns_come_back_as_they_were_written(
    mailbox: Mailbox, start: str, name: str, parts: dict[str, str]
) -> None:
    inner = "".join(f"<t:{part}>{value}</t:{part}>" for part, value in parts.items())
    made = _series(mailbox, f"<t:{name}>{inner}</t:{name}>", _counted(start, 3), f"{start}T09:00:00Z")
    shown = found(mailbox.get(made), "Recurrence")
    assert shown[0].tag == q(f"t:{name}")
    assert {one.tag.rpartition("}")[2]: one.text for one in shown[0]} == parts
    assert [str(one.text)[:10] for one in shown[1]] == [start, "3"]


def test_a_series_keeps_its_clock_time_when_the_clocks_go_forward(mailbox: Mailbox) -> None:
    _series(mailbox)
    starts = [one.findtext(q("t:Start")) for one in _view(mailbox, "2026-03-01", "2026-04-30")]
    assert starts == [
        "2026-03-27T09:00:00Z",
        "2026-03-28T09:00:00Z",
        "2026-03-29T08:00:00Z",
        "2026-03-30T08:00:00Z",
        "2026-03-31T08:00:00Z",
    ]


def test_find_item_without_a_view_shows_the_master_alone(mailbox: Mailbox) -> None:
    made = _series(mailbox)
    (only,) = mailbox.find("", "<t:BaseShape>Default</t:BaseShape>")
    assert found(only, "ItemId").get("Id") == made.get("Id")
    assert texts(only, "CalendarItemType", "IsRecurring") == ["RecurringMaster", "true"]


def test_an_occurrence_is_named_by_its_place_and_leads_back_to_its_master(mailbox: Mailbox) -> None:
    made = _series(mailbox)
    third = mailbox.get(_at(made, 3))
    assert texts(third, "CalendarItemType", "Start", "OriginalStart") == [
        "Occurrence",
        "2026-03-29T08:00:00Z",
        "2026-03-29T08:00:00Z",
    ]
    assert third.find(q("t:Recurrence")) is None
    back = f'<t:RecurringMasterItemId OccurrenceId="{found(third, "ItemId").get("Id")}"/>'
    assert found(mailbox.get(back), "ItemId").get("Id") == made.get("Id")


def test_a_changed_occurrence_is_told_by_its_master_which_alone_changes_for_sync(mailbox: Mailbox) -> None:
    made = _series(mailbox)
    new = setting("calendar:Start", "<t:Start>2026-03-28T12:00:00Z</t:Start>")
    new += setting("calendar:End", "<t:End>2026-03-28T13:00:00Z</t:End>")
    changed = mailbox.update(_at(made, 2), new)
    shown = mailbox.get(made)
    one = found(found(shown, "ModifiedOccurrences"), "Occurrence")
    assert texts(one, "Start", "End", "OriginalStart") == [
        "2026-03-28T12:00:00Z",
        "2026-03-28T13:00:00Z",
        "2026-03-28T09:00:00Z",
    ]
    assert found(one, "ItemId").get("Id") == changed.get("Id")
    assert found(shown, "ItemId").get("ChangeKey") != made.get("ChangeKey")
    exception = mailbox.get(changed)
    assert texts(exception, "CalendarItemType", "Start", "OriginalStart") == [
        "Exception",
        "2026-03-28T12:00:00Z",
        "2026-03-28T09:00:00Z",
    ]


def test_a_deleted_occurrence_leaves_its_start_on_the_master_and_its_place_in_the_count(mailbox: Mailbox) -> None:
    made = _series(mailbox)
    mailbox.delete(_at(made, 1))
    shown = mailbox.get(made)
    assert found(found(shown, "DeletedOccurrences"), "Start").text == "2026-03-27T09:00:00Z"
    assert found(found(shown, "FirstOccurrence"), "Start").text == "2026-03-28T09:00:00Z"
    assert found(found(shown, "LastOccurrence"), "Start").text == "2026-03-31T08:00:00Z"
    assert mailbox.get(_at(made, 2)).findtext(q("t:Start")) == "2026-03-28T09:00:00Z"
    with pytest.raises(EwsRefusal, match="ErrorCalendarOccurrenceIsDeletedFromRecurrence"):
        mailbox.get(_at(made, 1))
    with pytest.raises(EwsRefusal, match="ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange"):
        mailbox.get(_at(made, 6))


def test_a_single_is_no_master_and_a_master_no_occurrence(mailbox: Mailbox) -> None:
    single = mailbox.create("<t:Start>2026-03-27T09:00:00Z</t:Start><t:End>2026-03-27T10:00:00Z</t:End>")
    with pytest.raises(EwsRefusal, match="ErrorCalendarCannotUseIdForRecurringMasterId"):
        mailbox.get(_at(single, 1))
    with pytest.raises(EwsRefusal, match="ErrorCalendarCannotUseIdForOccurrenceId"):
        mailbox.get(f'<t:RecurringMasterItemId OccurrenceId="{single.get("Id")}"/>')


def test_an_occurrence_may_not_pass_its_neighbour(mailbox: Mailbox) -> None:
    made = _series(mailbox)
    new = setting("calendar:End", "<t:End>2026-03-29T13:00:00Z</t:End>")
    new += setting("calendar:Start", "<t:Start>2026-03-29T12:00:00Z</t:Start>")
    with pytest.raises(EwsRefusal, match="ErrorOccurrenceCrossingBoundary"):
        mailbox.update(_at(made, 2), new)


def test_other_times_of_the_master_drop_its_exceptions_another_subject_does_not(mailbox: Mailbox) -> None:
    made = _series(mailbox)
    mailbox.update(_at(made, 2), setting("item:Subject", "<t:Subject>special</t:Subject>"))
    mailbox.update(made, setting("item:Subject", "<t:Subject>new</t:Subject>"))
    assert mailbox.get(made).find(q("t:ModifiedOccurrences")) is not None
    assert mailbox.get(_at(made, 2)).findtext(q("t:Subject")) == "special"
    assert mailbox.get(_at(made, 3)).findtext(q("t:Subject")) == "new"
    later = setting("calendar:Start", "<t:Start>2026-03-27T10:00:00Z</t:Start>")
    mailbox.update(made, later + setting("calendar:End", "<t:End>2026-03-27T11:00:00Z</t:End>"))
    assert mailbox.get(made).find(q("t:ModifiedOccurrences")) is None
    assert mailbox.get(_at(made, 2)).findtext(q("t:Subject")) == "new"


def test_a_series_becomes_a_single_when_its_recurrence_goes(mailbox: Mailbox) -> None:
    made = _series(mailbox)
    mailbox.update(made, deleting("calendar:Recurrence"))
    assert texts(mailbox.get(made), "CalendarItemType", "Start") == ["Single", "2026-03-27T09:00:00Z"]


@pytest.mark.parametrize("written", ["2026-03-27", "2026-03-27Z", "2026-03-27+01:00"])
def test_a_series_dates_are_days_whatever_zone_stands_behind_them(mailbox: Mailbox, written: str) -> None:
    ends = f"<t:StartDate>{written}</t:StartDate><t:EndDate>2026-03-30Z</t:EndDate>"
    made = _series(mailbox, extent=f"<t:EndDateRecurrence>{ends}</t:EndDateRecurrence>")
    shown = found(mailbox.get(made), "EndDateRecurrence")
    assert [one.text for one in shown] == ["2026-03-27Z", "2026-03-30Z"]
    mailbox.zone = "W. Europe Standard Time"
    shown = found(mailbox.get(made), "EndDateRecurrence")
    assert [one.text for one in shown] == ["2026-03-27+01:00", "2026-03-30+01:00"]
    mailbox.world.traps.armed.append(Armed("series.plain_dates"))
    assert [one.text for one in found(mailbox.get(made), "EndDateRecurrence")] == ["2026-03-27", "2026-03-30"]


def test_a_weekly_rule_may_say_weekday_but_a_client_may_not(mailbox: Mailbox) -> None:
    weekly = "<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>{}</t:DaysOfWeek></t:WeeklyRecurrence>"
    with pytest.raises(EwsRefusal, match="ErrorCalendarInvalidDayForWeeklyRecurrence"):
        _series(mailbox, weekly.format("Weekday"))
    made = _series(mailbox, weekly.format("Monday Tuesday Wednesday Thursday Friday"))
    mailbox.world.traps.armed.append(Armed("series.weekday_words"))
    assert found(mailbox.get(made), "DaysOfWeek").text == "Weekday"


def test_a_daily_all_day_series_has_whole_days_also_when_the_clocks_go_forward(mailbox: Mailbox) -> None:
    rule = f"<t:Recurrence>{DAILY}{_counted('2026-03-28', 3)}</t:Recurrence>"
    zones = '<t:StartTimeZone Id="W. Europe Standard Time"/><t:EndTimeZone Id="W. Europe Standard Time"/>'
    span = "<t:Start>2026-03-27T23:00:00Z</t:Start><t:End>2026-03-28T23:00:00Z</t:End>"
    made = mailbox.create(f"{span}<t:IsAllDayEvent>true</t:IsAllDayEvent>{rule}{zones}")
    shown = [texts(mailbox.get(_at(made, index)), "Start", "End") for index in (1, 2, 3)]
    assert shown == [
        ["2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z"],
        ["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"],
        ["2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z"],
    ]


def test_a_view_shows_what_overlaps_it_and_no_more_than_asked_for(mailbox: Mailbox) -> None:
    _series(mailbox)
    assert len(_view(mailbox, "2026-03-28", "2026-03-30")) == 2
    window = '<m:CalendarView MaxEntriesReturned="2" StartDate="2026-03-01T00:00:00Z" EndDate="2026-04-30T00:00:00Z"/>'
    assert len(mailbox.find(window)) == 2
    with pytest.raises(EwsRefusal, match="ErrorCalendarViewRangeTooBig"):
        _view(mailbox, "2026-01-01", "2028-02-01")


def test_a_deleted_master_takes_its_occurrences_along(mailbox: Mailbox) -> None:
    made = _series(mailbox)
    third = found(mailbox.get(_at(made, 3)), "ItemId")
    mailbox.delete(made)
    with pytest.raises(EwsRefusal, match="ErrorItemNotFound"):
        mailbox.get(third)
    assert _view(mailbox, "2026-03-01", "2026-04-30") == []


def test_sync_reads_singles_and_masters_from_the_change_log(mailbox: Mailbox) -> None:
    made = _series(mailbox)
    calendar = next(one for one in mailbox.world.calendars.values() if one.name == "Calendar")
    since = calendar.seq
    mailbox.delete(_at(made, 1))
    mailbox.update(_at(made, 2), setting("item:Subject", "<t:Subject>special</t:Subject>"))
    bearers = {item.master or item.key for item in calendar.changed_since(since)}
    (key,) = bearers
    assert calendar.items[key].born <= since < calendar.items[key].seq


def test_a_series_has_one_change_key_which_any_of_its_occurrences_moves(mailbox: Mailbox) -> None:
    made = _series(mailbox)
    new = setting("item:Subject", "<t:Subject>special</t:Subject>")
    second = mailbox.update(_at(made, 2), new)
    third = mailbox.update(_at(second, 3).replace(str(second.get("Id")), str(made.get("Id"))), new)
    keys = [found(mailbox.get(one), "ItemId").get("ChangeKey") for one in (made, second, third, _at(made, 4))]
    assert len(set(keys)) == 1
    with pytest.raises(EwsRefusal, match="ErrorIrresolvableConflict"):
        mailbox.update(second, new, conflict="NeverOverwrite")
