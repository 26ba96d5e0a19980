"""What crosses and what never does: read-only events, notes, titles, guests (E2, E5, F3, F5, F7, I1)."""

from typing import Any

import pytest

from contracts.activities import ActivityAttendee
from contracts.activity_commands import ActivityPut
from contracts.calendar_commands import CalendarPut
from contracts.calendar_objects import EventAttendee, Occurrence
from mapper.domain.model.fields import NO_TITLE
from mapper.domain.rules.observe import note_activity
from tests.support.bench import HOUR, NOW, Bench, connection, linked

OCCURRENCE = Occurrence(series_id="s", lineage="s", original_start="2026-03-03T09:00:00Z")


@pytest.mark.parametrize(
    "kind", [{"editable": False}, {"event_type": "focus_time"}, {"occurrence": OCCURRENCE}], ids=["e5", "d7", "e2"]
)
def test_e2_e5_of_an_event_that_cannot_be_changed_the_calendars_value_stands_and_the_lost_one_is_kept(
    kind: dict[str, object],
) -> None:
    bench = Bench()
    bench.cal(summary="Theirs", **kind)  # type: ignore[arg-type]  # fields of the snapshot
    bench.settle()
    assert bench.activity
    assert bench.activity.recurring == ("occurrence" in kind)
    assert bench.activity.read_only == ("occurrence" not in kind)
    bench.crm(subject="Mine", at=NOW + HOUR)
    assert [type(command) for command in bench.settle()] == [ActivityPut]
    assert bench.activity.subject == "Theirs"
    [lost] = [value for entry in bench.link.history for value in entry.lost]
    assert (lost.field, lost.side, lost.value) == ("subject", "crm", "Mine")
    assert "E5" in {entry.rule for entry in bench.link.history}


def test_e5_where_the_provider_refuses_only_later_the_activity_goes_back() -> None:
    bench = linked("calendar")
    bench.crm(subject="Mine", at=NOW + HOUR)
    bench.answer_calendar(bench.commands[0], "refused", reason="forbidden_for_non_organizer")
    bench.settle()
    assert bench.activity
    assert bench.activity.subject == "Standup"
    assert bench.activity.read_only
    assert [value.value for entry in bench.link.history for value in entry.lost] == ["Mine"]


def test_a_refused_creation_is_quarantined_and_tried_again_when_the_item_changes() -> None:
    bench = Bench()
    bench.crm()
    bench.answer_calendar(bench.commands[0], "refused", reason="too_long", seq=1)
    assert (bench.state(), bench.decided.outcome) == (("quarantined", "too_long"), "quarantined")
    assert "too_long" in bench.decided.words
    bench.crm(subject="Shorter")
    bench.settle()
    assert bench.state() == ("active", None)


def test_f3_the_note_is_in_no_command_and_not_even_on_the_link() -> None:
    bench = Bench()
    bench.crm(note="between us")
    assert isinstance(bench.commands[0], CalendarPut)
    assert "between us" not in bench.commands[0].model_dump_json()
    assert "between us" not in bench.link.model_dump_json()
    bench.settle()
    bench.crm(note="still between us", done=True)
    assert bench.commands == []


def test_f7_an_event_without_a_title_gets_a_placeholder_that_is_never_written_back() -> None:
    bench = linked("calendar", summary="")
    assert bench.activity
    assert bench.activity.subject == NO_TITLE
    bench.crm(location="Room 4")
    [put] = bench.settle()
    assert isinstance(put, CalendarPut)
    assert put.changes.summary is None
    bench.crm(subject="Named")
    bench.settle()
    bench.crm(subject=NO_TITLE)
    bench.settle()
    assert bench.event
    assert bench.event.fields.summary == ""


def test_f5_guests_and_the_conference_link_come_in_and_i1_never_go_out() -> None:
    guest = EventAttendee(email="bob@example.com", status="accepted")
    bench = linked("calendar", attendees=(guest,), conference_url="https://meet.example/1")
    assert bench.activity
    assert [(one.email, one.status) for one in bench.activity.attendees] == [("bob@example.com", "accepted")]
    assert bench.activity.conference_meeting_url == "https://meet.example/1"
    bench.crm(subject="Edited", attendees=(ActivityAttendee(email="eve@example.com"),))
    [put] = bench.settle()
    assert isinstance(put, CalendarPut)
    assert "example.com" not in put.model_dump_json()


def test_f5_a_conference_link_that_no_browser_may_open_is_left_out_and_the_event_comes_in() -> None:
    bench = linked(
        "calendar", attendees=(EventAttendee(email="bob@example.com"),), conference_url="javascript:alert(1)"
    )
    assert bench.activity
    assert (bench.activity.conference_meeting_url, len(bench.activity.attendees)) == (None, 1)


def test_i1_guests_of_an_activity_are_not_written_out() -> None:
    bench = Bench()
    bench.crm(attendees=(ActivityAttendee(email="eve@example.com"),))
    assert "eve@example.com" not in bench.commands[0].model_dump_json()


def test_f5_a_guest_added_in_the_calendar_joins_those_that_only_the_crm_knows() -> None:
    bench = linked("crm", attendees=(ActivityAttendee(email="eve@example.com"),))
    bench.cal(attendees=(EventAttendee(email="bob@example.com"),))
    bench.settle()
    assert bench.activity
    assert {guest.email for guest in bench.activity.attendees} == {"eve@example.com", "bob@example.com"}
    assert bench.commands == []


def invited(*names: str, **more: Any) -> tuple[EventAttendee, ...]:
    return tuple(EventAttendee(email=f"{name}@example.com", **more) for name in names)


def in_crm(*names: str) -> tuple[ActivityAttendee, ...]:
    return tuple(ActivityAttendee(email=f"{name}@example.com") for name in names)


def guests(bench: Bench) -> list[str]:
    assert bench.activity
    return sorted(guest.email.partition("@")[0].lower() for guest in bench.activity.attendees)


@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_i3_a_guest_of_the_calendar_comes_and_goes_and_one_of_the_crm_stays(origin: str) -> None:
    bench = linked(origin)
    bench.crm(attendees=in_crm("ann"))
    bench.cal(attendees=invited("bob"))
    bench.settle()
    assert guests(bench) == ["ann", "bob"]
    bench.cal(attendees=(), location="Elsewhere")
    bench.settle()
    assert bench.activity
    assert (guests(bench), bench.activity.location) == (["ann"], "Elsewhere")


@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_i3_a_guest_of_the_crm_stays_though_the_calendar_invites_him_too_and_takes_him_off(origin: str) -> None:
    bench = linked(origin)
    bench.crm(attendees=in_crm("ann"))
    bench.cal(attendees=invited("ANN", "bob", status="accepted"))
    bench.settle()
    assert bench.activity
    assert (guests(bench), {one.status for one in bench.activity.attendees}) == (["ann", "bob"], {"accepted"})
    bench.cal(attendees=())
    bench.settle()
    assert guests(bench) == ["ann"]


def test_i3_a_guest_that_the_crm_took_off_stays_off_while_others_come_and_go() -> None:
    bench = linked("calendar", attendees=invited("ann", "bob"))
    bench.crm(attendees=in_crm("bob"))
    bench.cal(attendees=invited("ann", "bob", "eve"))
    bench.settle()
    assert guests(bench) == ["bob", "eve"]


def test_i3_what_the_crm_says_of_a_guest_stands_until_the_calendar_says_something_new() -> None:
    bench = linked("calendar", attendees=invited("ann"))
    bench.crm(attendees=(ActivityAttendee(email="ann@example.com", name="Ann from sales"),))
    bench.cal(location="Room 3")
    bench.settle()
    assert bench.activity
    assert [one.name for one in bench.activity.attendees] == ["Ann from sales"]
    bench.cal(attendees=invited("ann", name="Ann Smith"))
    bench.settle()
    assert [one.name for one in bench.activity.attendees] == ["Ann Smith"]


def test_i3_guests_in_another_order_are_no_change() -> None:
    bench = linked("calendar", attendees=invited("ann", "bob"))
    bench.crm(attendees=in_crm("bob", "ann"))
    assert bench.settle() == []


def test_i3_g2_an_event_that_turns_private_hides_who_the_crms_own_guests_were() -> None:
    bench = linked("calendar")
    bench.crm(attendees=in_crm("ann"))
    bench.cal(location="Room 3")
    bench.settle()
    assert bench.link.own_guests == ("ann@example.com",)
    bench.cal(visibility="private")
    assert not bench.link.own_guests
    bench.settle()
    assert "ann@example.com" not in bench.link.model_dump_json()


def test_g2_private_events_are_skipped_where_the_user_wants_that() -> None:
    bench = Bench(connection(private_events="skip"))
    bench.cal(visibility="private", masked=True)
    assert (bench.commands, bench.decided.rule, bench.decided.setting) == ([], "G2", "private_events")
    bench.set(private_events="private")
    assert [type(command) for command in bench.settle()] == [ActivityPut]


def test_l1_a_new_record_only_when_outcome_or_rule_differ() -> None:
    bench = linked("calendar")
    for title in ("One", "Two", "Three"):
        bench.cal(summary=title)
        bench.settle()
    rules = [entry.rule for entry in bench.link.history]
    assert rules == ["J1", "B1"]


def test_e5_of_an_event_that_cannot_be_changed_even_the_crms_later_edit_loses() -> None:
    bench = Bench()
    bench.cal(summary="Theirs", editable=False)
    bench.settle()
    bench.crm(subject="Mine", at=NOW + 2 * HOUR, tell=False)
    assert bench.activity
    bench.current = note_activity(bench.link, bench.activity)
    bench.cal(summary="Theirs, changed", at=NOW + HOUR)
    assert [type(command) for command in bench.settle()] == [ActivityPut]
    assert bench.activity.subject == "Theirs, changed"
