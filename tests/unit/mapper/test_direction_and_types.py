"""Owner, direction, types and their switches (A1, A8, A9, B1 to B3, C1, C2, C5, C6)."""

from datetime import timedelta

import pytest

from contracts.activity_commands import ActivityPut, ActivityRemove
from contracts.calendar_commands import CalendarPut, CalendarRemove
from contracts.connections import Coverage
from tests.support.bench import CONNECTED, HOUR, NOW, Bench, connection, linked


def test_a1_only_the_owners_activities_go_out() -> None:
    bench = Bench()
    bench.crm(owner_id="8")
    assert bench.commands == []
    assert (bench.decided.outcome, bench.decided.rule) == ("skipped", "A1")


def test_a8_an_event_of_crm_origin_leaves_the_old_owners_calendar_and_comes_back_with_him() -> None:
    bench = linked("crm")
    bench.crm(owner_id="8")
    assert [type(command) for command in bench.settle()] == [CalendarRemove]
    assert (bench.state(), bench.event) == (("closed", "not_owner"), None)
    bench.crm(owner_id="7")
    bench.settle()
    assert bench.state() == ("active", None)
    assert bench.event


def test_a8_an_event_of_calendar_origin_is_left_alone() -> None:
    bench = linked("calendar")
    bench.crm(owner_id="8")
    assert bench.commands == []
    assert (bench.state(), bench.decided.rule) == (("closed", "not_owner"), "A1")
    bench.cal(summary="Changed meanwhile")
    assert bench.commands == []
    bench.crm(owner_id="7")
    bench.settle()
    assert bench.activity
    assert bench.activity.subject == "Changed meanwhile"


def test_d8_an_event_gone_while_another_owned_the_activity_is_created_again() -> None:
    bench = linked("calendar")
    bench.crm(owner_id="8")
    bench.cal_gone()
    bench.crm(owner_id="7")
    bench.settle()
    assert (bench.state(), bool(bench.event)) == (("active", None), True)


def test_a8_a_command_refused_because_the_owner_changed_closes_the_link() -> None:
    bench = linked("calendar")
    bench.cal(summary="New title")
    bench.crm(owner_id="8", tell=False)
    bench.answer_crm(bench.commands[0], "refused", reason="not_owner")
    assert (bench.state(), bench.commands) == (("closed", "not_owner"), [])


def test_a9_events_of_crm_origin_move_to_the_newly_chosen_calendar() -> None:
    bench = linked("crm")
    bench.set(calendar_id="other")
    [removal] = bench.commands
    assert isinstance(removal, CalendarRemove)
    assert removal.calendar_id == "cal"
    bench.carry_out(removal)
    [creation] = bench.commands
    assert isinstance(creation, CalendarPut)
    assert (creation.calendar_id, creation.event_id) == ("other", None)
    bench.settle()
    assert bench.state() == ("active", None)


def test_a9_links_of_calendar_origin_close_until_their_calendar_is_chosen_again() -> None:
    bench = linked("calendar")
    bench.set(calendar_id="other")
    assert (bench.state(), bench.commands) == (("closed", "calendar_changed"), [])
    bench.set(calendar_id="cal")
    assert bench.state() == ("active", None)


@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_b1_two_way_an_item_comes_to_the_other_side_and_edits_follow_both_ways(origin: str) -> None:
    bench = linked(origin)
    assert (bench.activity is not None, bench.event is not None) == (True, True)
    bench.cal(summary="From the calendar", location="Room 1")
    bench.settle()
    bench.crm(public_description="From the CRM", busy=False)
    bench.settle()
    assert bench.activity
    assert bench.event
    assert (bench.activity.subject, bench.activity.location) == ("From the calendar", "Room 1")
    assert (bench.event.fields.description, bench.event.fields.transparency) == ("From the CRM", "transparent")


def test_b2_one_way_events_do_not_become_activities() -> None:
    bench = Bench(connection(direction="one_way"))
    bench.cal()
    assert bench.commands == []
    decided = bench.decided
    assert (decided.outcome, decided.rule, decided.setting) == ("skipped", "B2", "direction")
    assert decided.remedy
    assert (decided.remedy.setting, decided.remedy.value) == ("direction", "two_way")


def test_b2_one_way_edits_of_events_of_crm_origin_still_update_the_activity() -> None:
    bench = linked("crm", connection(direction="one_way"))
    assert bench.link.history[-1].rule == "B2"
    bench.cal(summary="Moved by hand")
    bench.settle()
    assert bench.activity
    assert bench.activity.subject == "Moved by hand"


@pytest.mark.parametrize("side", ["crm", "cal"])
def test_b3_links_of_calendar_origin_sleep_in_one_way_and_converge_when_they_wake(side: str) -> None:
    bench = linked("calendar")
    bench.set(direction="one_way")
    assert (bench.state(), bench.decided.rule) == (("dormant", "dormant_one_way"), "B3")
    if side == "crm":
        bench.crm(subject="Slept over")
    else:
        bench.cal(summary="Slept over")
    assert bench.commands == []
    bench.set(direction="two_way")
    bench.settle()
    assert bench.activity
    assert bench.event
    assert bench.activity.subject == bench.event.fields.summary == "Slept over"
    assert bench.state() == ("active", None)


@pytest.mark.parametrize("gone", ["activity", "event"])
def test_b3_nothing_is_deleted_while_dormant_but_after_waking(gone: str) -> None:
    bench = linked("calendar")
    bench.set(direction="one_way")
    if gone == "activity":
        bench.crm_delete()
    else:
        bench.cal_gone()
    assert bench.commands == []
    bench.set(direction="two_way")
    bench.settle()
    assert bench.event is None
    assert bench.activity
    assert bench.activity.deleted


def test_b3_a_closed_link_of_calendar_origin_does_not_wake_in_one_way() -> None:
    bench = linked("calendar")
    bench.cal(response="declined")
    bench.settle()
    bench.set(direction="one_way")
    bench.cal(response="accepted", summary="Changed")
    assert bench.commands == []
    assert bench.state() == ("closed", "declined")
    bench.set(direction="two_way")
    bench.settle()
    assert bench.state() == ("active", None)


def test_b4_the_switch_to_two_way_takes_in_future_events() -> None:
    bench = Bench(connection(direction="one_way"))
    bench.cal(at=NOW - HOUR)
    bench.set(direction="two_way", coverage=Coverage(connected_at=CONNECTED, two_way_since=NOW))
    assert [type(command) for command in bench.settle()] == [ActivityPut]


def test_b4_under_backfill_none_the_switch_takes_in_nothing_old() -> None:
    bench = Bench(connection(direction="one_way", backfill="none"))
    bench.cal(at=NOW - HOUR)
    bench.set(direction="two_way", coverage=Coverage(connected_at=CONNECTED, two_way_since=NOW))
    assert (bench.commands, bench.decided.rule) == ([], "D3")
    bench.cal(at=NOW + HOUR, summary="Touched")
    assert [type(command) for command in bench.settle()] == [ActivityPut]


@pytest.mark.parametrize(("types", "goes_out"), [(None, True), (("call",), True), (("lunch",), False), ((), False)])
def test_c1_only_selected_types_go_out(types: tuple[str, ...] | None, goes_out: bool) -> None:
    bench = Bench(connection(outbound_types=types))
    bench.crm(type="call")
    assert bool(bench.commands) == goes_out
    assert bench.decided.rule == ("B1" if goes_out else "C1")


def test_c1_the_remedy_selects_the_type_beside_the_others() -> None:
    bench = Bench(connection(outbound_types=("lunch",)))
    bench.crm(type="call")
    assert bench.decided.remedy
    assert bench.decided.remedy.value == ["call", "lunch"]


def test_c2_events_are_saved_as_the_chosen_type_and_c5_a_change_reaches_later_ones_only() -> None:
    bench = linked("calendar", connection(inbound_type="lunch"))
    assert bench.activity
    assert bench.activity.type == "lunch"
    bench.set(inbound_type="task")
    bench.cal(summary="Edited after")
    bench.settle()
    assert bench.activity.type == "lunch"


@pytest.mark.parametrize("backfill", ["future", "none"])
def test_c5_an_unselected_type_leaves_the_calendar_and_comes_back_when_selected(backfill: str) -> None:
    bench = linked("crm", connection(backfill=backfill))
    bench.set(outbound_types=("lunch",))
    assert bench.decided.rule == "C5"
    bench.settle()
    assert (bench.state(), bench.event) == (("closed", "filtered"), None)
    since = Coverage(connected_at=CONNECTED, types_since={"call": NOW + HOUR})
    bench.now = NOW + HOUR
    bench.set(outbound_types=("lunch", "call"), coverage=since)
    bench.settle()
    assert bench.state() == ("active", None)
    assert bench.event


def test_c5_a_newly_selected_type_brings_its_future_activities_out() -> None:
    bench = Bench(connection(outbound_types=()))
    bench.crm()
    bench.set(outbound_types=("call",), coverage=Coverage(connected_at=CONNECTED, types_since={"call": NOW}))
    assert [type(command) for command in bench.settle()] == [CalendarPut]


def test_c5_an_unselected_type_leaves_events_of_calendar_origin_alone() -> None:
    bench = linked("calendar")
    bench.set(outbound_types=())
    assert bench.commands == []
    assert bench.state() == ("active", None)


def test_c6_an_activity_whose_type_changes_to_an_unselected_one_leaves_the_calendar() -> None:
    bench = linked("crm", connection(outbound_types=("call",)))
    bench.crm(type="lunch")
    bench.settle()
    assert (bench.state(), bench.event) == (("closed", "filtered"), None)


def test_c6_edits_to_an_unselected_type_wait_while_the_calendars_come_in() -> None:
    bench = linked("calendar")
    bench.set(outbound_types=())
    bench.crm(subject="Waits")
    assert (bench.state(), bench.decided.rule, bench.commands) == (("active", "outbound_filtered"), "C6", [])
    bench.cal(location="Room 2")
    bench.settle()
    assert bench.activity
    assert bench.event
    assert (bench.activity.location, bench.event.fields.summary) == ("Room 2", "Standup")
    assert bench.state() == ("active", "outbound_filtered")
    bench.set(outbound_types=("meeting",))
    bench.settle()
    assert bench.event.fields.summary == "Waits"
    assert bench.state() == ("active", None)


def test_c6_a_waiting_edit_that_loses_against_a_later_one_is_kept_in_the_decision() -> None:
    bench = linked("calendar")
    bench.set(outbound_types=())
    bench.crm(subject="Waits", location="Waits too")
    bench.cal(at=NOW + HOUR, summary="Later")
    bench.settle()
    assert [(one.field, one.side, one.value) for entry in bench.link.history for one in entry.lost] == [
        ("subject", "crm", "Waits")
    ]


def test_a_removal_that_turns_out_to_be_made_already_is_no_deletion_by_the_user() -> None:
    bench = linked("crm")
    bench.crm(type="lunch")
    bench.set(outbound_types=("call",))
    [removal] = bench.commands
    bench.event = None
    bench.seq += 1
    bench.answer_calendar(removal, "gone")
    assert (bench.state(), bench.commands) == (("closed", "filtered"), [])
    assert not isinstance(bench.commands, ActivityRemove)


def test_d8_a_closed_link_whose_time_has_passed_still_reopens_when_moved_ahead() -> None:
    bench = linked("crm")
    bench.set(outbound_types=())
    bench.settle()
    bench.now = NOW + timedelta(days=3)
    since = Coverage(connected_at=CONNECTED, types_since={"call": bench.now})
    bench.set(outbound_types=("call",), coverage=since)
    assert (bench.commands, bench.decided.rule) == ([], "D1")
    ahead = bench.now + timedelta(days=1)
    assert bench.activity
    bench.crm(schedule=bench.activity.schedule.model_copy(update={"due_date": ahead.date()}))
    bench.settle()
    assert bench.event
