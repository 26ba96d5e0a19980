"""Our own writes coming back are no edits; repetitions, late reads and lost answers change nothing."""

from collections.abc import Callable

import pytest

from contracts.activity_commands import ActivityPut
from contracts.calendar_commands import CalendarPut
from contracts.calendar_objects import EventFields
from tests.support.bench import HOUR, NOW, Bench, linked

Normalise = Callable[[EventFields], EventFields]


def trimmed(fields: EventFields) -> EventFields:
    """A provider that trims blanks, shouts titles and cuts descriptions."""
    update = {
        "summary": fields.summary.strip().upper(),
        "description": fields.description.replace("\r\n", "\n").strip()[:10],
    }
    return fields.model_copy(update=update)


@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_after_applied_a_read_of_the_same_event_asks_for_nothing(origin: str) -> None:
    bench = linked(origin)
    bench.crm(subject="Edited", location="Here")
    bench.settle()
    assert bench.event
    before = bench.link
    bench.tell_event(bench.event)
    assert bench.link is before


def test_what_a_provider_normalises_does_not_bounce() -> None:
    bench = Bench(normalise=trimmed)
    bench.crm(subject=" Call Ann ", public_description="Line one\r\nand two, long enough ")
    assert [type(command) for command in bench.settle()] == [CalendarPut]
    assert bench.event
    assert bench.activity
    bench.event = bench.event.model_copy(update={"hash": "another read"})
    bench.tell_event(bench.event)
    assert (bench.commands, bench.activity.subject) == ([], " Call Ann ")
    bench.crm(location="Room 1")
    assert [type(command) for command in bench.settle()] == [CalendarPut]
    bench.cal(transparency="transparent")
    assert [type(command) for command in bench.settle()] == [ActivityPut]
    assert bench.activity.subject == " Call Ann "
    assert bench.activity.public_description == "Line one\r\nand two, long enough "


def test_an_edit_equal_to_what_was_agreed_is_no_edit() -> None:
    bench = linked("crm")
    bench.crm(subject="There")
    bench.crm(subject="Call Ann")
    bench.settle()
    assert bench.event
    assert bench.event.fields.summary == "Call Ann"
    before = bench.versions
    bench.cal(web_link="https://calendar.example/e1")
    assert (bench.commands, bench.versions) == ([], before)


def test_a_read_from_before_our_write_is_no_users_edit() -> None:
    bench = linked("crm")
    old = bench.event
    assert old
    bench.seq += 1
    read_at = bench.seq
    bench.crm(subject="Newer")
    bench.settle()
    bench.tell_event(old, seq=read_at)
    assert bench.commands == []
    assert bench.activity
    assert bench.activity.subject == "Newer"


def test_repeated_and_reordered_messages_change_nothing() -> None:
    bench = linked("calendar")
    first, event = bench.activity, bench.event
    bench.cal(summary="Two")
    [command] = bench.commands
    bench.settle()
    before = bench.link
    assert first
    assert event
    bench.tell_activity(first)
    bench.tell_event(event, seq=1)
    bench.answer_crm(command, "applied")
    bench.answer_crm(command, "stale")
    assert bench.link is before


def test_while_a_command_is_under_way_nothing_else_is_asked() -> None:
    bench = linked("crm")
    bench.crm(subject="One")
    [command] = bench.commands
    bench.crm(subject="Two")
    bench.cal(location="Here")
    assert bench.commands == [command]
    bench.settle()
    assert bench.event
    assert bench.activity
    assert (bench.event.fields.summary, bench.activity.location) == ("Two", "Here")


def test_agreed_is_what_the_write_answered_not_what_was_read_later() -> None:
    bench = linked("crm")
    bench.crm(subject="By us")
    [put] = bench.commands
    assert bench.event
    bench.seq += 1
    written = bench.event.model_copy(update={"fields": bench.event.fields.model_copy(update={"summary": "By us"})})
    answered = bench.seq
    bench.event = written
    bench.cal(summary="By the user", at=NOW + HOUR)
    bench.answer_calendar(put, "applied", event=written, seq=answered)
    bench.settle()
    assert bench.activity
    assert bench.activity.subject == "By the user"


def test_an_answer_repeated_with_a_later_activity_hides_no_edit() -> None:
    """A repeated command is answered as the first time, with the activity as it is by now."""
    bench = linked("calendar")
    bench.cal(summary="By the calendar")
    [put] = bench.commands
    bench.crm(tell=False, subject="By the calendar")
    applied_version = bench.versions
    bench.crm(tell=False, subject="Edited by the user since", at=NOW + HOUR)
    bench.answer_crm(put, "applied", version=applied_version)
    bench.settle()
    assert bench.event
    assert bench.event.fields.summary == "Edited by the user since"


def test_an_answer_with_a_later_activity_sends_back_nothing_of_our_own() -> None:
    bench = linked("calendar")
    bench.cal(summary="By the calendar")
    [put] = bench.commands
    bench.crm(tell=False, subject="By the calendar")
    applied_version = bench.versions
    bench.crm(tell=False, location="Since", at=NOW + HOUR)
    bench.answer_crm(put, "applied", version=applied_version)
    [back] = bench.commands
    assert isinstance(back, CalendarPut)
    assert {name for name, value in back.changes if value is not None} == {"location"}


def test_a_change_applied_without_an_answer_of_its_own_counts_as_sent() -> None:
    """After a crash the connector knows that the write is in, and tells what it read as a read of its own."""
    bench = linked("crm")
    bench.crm(subject="By us")
    [put] = bench.commands
    bench.seq += 1
    bench.answer_calendar(put, "applied")
    assert bench.commands == []
    assert bench.event
    update = {"summary": "By us", "location": "By the user since"}
    seen = bench.event.model_copy(update={"fields": bench.event.fields.model_copy(update=update), "hash": "seen"})
    bench.event = seen
    bench.tell_event(seen)
    bench.settle()
    assert bench.activity
    assert (bench.activity.subject, bench.activity.location) == ("By us", "By the user since")


def test_a_creation_applied_without_an_answer_of_its_own_is_not_made_twice() -> None:
    bench = Bench()
    bench.crm()
    [put] = bench.commands
    assert isinstance(put, CalendarPut)
    bench.carry_out(put)
    made = bench.event
    bench = Bench()
    bench.crm()
    [put] = bench.commands
    bench.seq += 1
    bench.answer_calendar(put, "applied")
    assert bench.commands == []
    assert made
    bench.event = made.model_copy(update={"fields": made.fields.model_copy(update={"location": "By the user"})})
    bench.tell_event(bench.event)
    bench.settle()
    assert bench.activity
    assert (bench.state(), bench.activity.location) == (("active", None), "By the user")
    assert bench.link.event_id == made.event_id


def test_an_activity_that_the_crm_does_not_know_is_no_endless_quarrel() -> None:
    bench = linked("calendar")
    bench.cal(summary="Edited")
    [put] = bench.commands
    bench.activity, bench.versions = None, 0
    bench.answer_crm(put, "stale", version=0, activity=None)
    bench.settle()
    assert bench.activity
    assert (bench.activity.subject, bench.state()) == ("Edited", ("active", None))


def test_k4_a_tombstone_from_before_the_last_read_deletes_nothing() -> None:
    bench = linked("calendar")
    bench.cal(summary="There again")
    bench.settle()
    read, bench.seq = bench.seq, 1
    assert read > bench.seq
    bench.tell_gone(bench.link.event_id or "", "deleted", NOW)
    assert (bench.commands, bench.state()) == ([], ("active", None))
