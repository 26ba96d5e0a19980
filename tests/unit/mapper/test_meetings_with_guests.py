"""Meetings whose guests the provider would mail (I2), and refusals that say nothing of an event (J2, E5)."""

from typing import Any

import pytest

from contracts.activity_commands import ActivityPut
from contracts.calendar_commands import CalendarPut, CalendarRemove
from contracts.calendar_objects import EventAttendee
from tests.support.bench import HOUR, NOW, Bench, connection, linked, undated

GUESTS: dict[str, Any] = {"attendees": (EventAttendee(email="ann@client.example"),), "mails_guests": True}
INVITE = ("I2", "invite_guests")


def meeting(origin: str = "crm", **settings: Any) -> Bench:
    """A linked item whose event has got guests."""
    bench = linked(origin, connection(**settings))
    bench.cal(**GUESTS)
    bench.settle()
    return bench


def locked(bench: Bench) -> bool:
    assert bench.activity
    return bench.activity.would_mail_guests


def remedy(bench: Bench) -> tuple[str, str | None]:
    assert bench.decided.remedy
    assert bench.decided.remedy.value is True
    return bench.decided.rule, bench.decided.remedy.setting


@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_i2_an_activity_is_locked_as_long_as_a_change_would_mail_its_guests(origin: str) -> None:
    bench = meeting(origin)
    assert locked(bench)
    bench.cal(location="Room 2")
    bench.settle()
    assert locked(bench)
    bench.set(invite_guests=True)
    bench.settle()
    assert not locked(bench)
    bench.crm(subject="Moved")
    bench.settle()
    assert bench.event
    assert bench.event.fields.summary == "Moved"
    bench.set(invite_guests=False)
    bench.settle()
    assert locked(bench)
    bench.cal(attendees=(), mails_guests=False)
    bench.settle()
    assert not locked(bench)


def test_i2_a_new_event_with_guests_comes_in_locked() -> None:
    bench = linked("calendar", **GUESTS)
    assert locked(bench)
    assert not bench.activity or not bench.activity.read_only


def test_i2_with_the_setting_on_nothing_is_locked() -> None:
    assert not locked(meeting(invite_guests=True))


def test_i2_e5_an_edit_that_crossed_the_first_guest_goes_back_and_is_kept_on_record() -> None:
    bench = linked("crm")
    bench.cal(**GUESTS, tell=False)
    bench.crm(subject="Crossed", at=NOW + HOUR, tell=False)
    assert bench.event
    assert bench.activity
    bench.tell_event(bench.event)
    bench.tell_activity(bench.activity)
    bench.settle()
    assert bench.activity.subject == "Call Ann"
    assert bench.event.fields.summary == "Call Ann"
    lost = [one for record in bench.link.history for one in record.lost]
    assert [(one.field, one.side, one.value) for one in lost] == [("subject", "crm", "Crossed")]


def test_i2_a_refusal_that_finds_the_guests_first_is_as_good_as_a_read() -> None:
    bench = linked("crm")
    bench.crm(subject="Crossed", at=NOW + HOUR)
    [put] = bench.commands
    bench.answer_calendar(put, "refused", reason="would_mail_guests")
    bench.settle()
    assert locked(bench)
    assert bench.activity
    assert bench.activity.subject == "Call Ann"
    assert remedy(bench) == INVITE
    bench.set(invite_guests=True)
    bench.settle()
    assert not locked(bench)


@pytest.mark.parametrize(
    ("cause", "back", "reason"),
    [
        ({"outbound_types": ("meeting",)}, {"outbound_types": ("call",)}, "filtered"),
        ({"calendar_id": "other"}, {"calendar_id": "cal"}, "calendar_changed"),
    ],
)
def test_i2_d8_what_would_be_removed_stays_and_its_activity_is_free(
    cause: dict[str, Any], back: dict[str, Any], reason: str
) -> None:
    bench = meeting()
    bench.set(**cause)
    assert (bench.settle(), bench.state(), remedy(bench)) == ([], ("closed", reason), INVITE)
    bench.crm(location="New place", at=NOW + HOUR)
    bench.cal(summary="Theirs", at=NOW + HOUR)
    assert bench.settle() == []
    assert bench.activity
    assert (bench.activity.location, bench.activity.subject) == ("New place", "Call Ann")
    bench.set(**back)
    bench.settle()
    assert bench.state() == ("active", None)


def test_i2_what_waited_to_be_removed_goes_when_guests_may_be_invited() -> None:
    bench = meeting()
    bench.set(outbound_types=("meeting",))
    bench.crm(location="New place", at=NOW + HOUR)
    bench.cal(summary="Theirs", at=NOW + HOUR)
    bench.cal(location="Unread", at=NOW + HOUR, tell=False)
    bench.set(invite_guests=True)
    assert [type(one) for one in bench.settle()] == [CalendarRemove, CalendarRemove]  # the first finds an edit
    assert bench.event is None
    assert bench.activity
    assert (bench.activity.location, bench.activity.subject) == ("New place", "Call Ann")


def test_i2_a9_what_waited_to_be_moved_moves_when_guests_may_be_invited() -> None:
    bench = meeting()
    bench.set(calendar_id="other")
    assert bench.settle() == []
    bench.set(invite_guests=True)
    removal, creation = bench.settle()[:2]
    assert isinstance(removal, CalendarRemove)
    assert isinstance(creation, CalendarPut)
    assert (removal.calendar_id, creation.calendar_id) == ("cal", "other")
    assert bench.state() == ("active", None)
    assert not locked(bench)


def test_i2_h1_the_event_of_a_deleted_activity_stays_until_guests_may_be_invited() -> None:
    bench = meeting()
    bench.crm_delete(at=NOW + HOUR)
    assert (bench.settle(), bench.state(), remedy(bench)) == ([], ("dormant", "would_mail_guests"), INVITE)
    bench.set(timezone="Europe/Paris")
    assert bench.settle() == []
    bench.set(invite_guests=True)
    bench.settle()
    assert (bench.event, bench.state()) == (None, ("closed", "deleted"))
    assert bench.activity
    assert bench.activity.deleted


def test_i2_what_waited_goes_as_well_when_the_guests_are_gone() -> None:
    bench = meeting()
    bench.crm_delete(at=NOW + HOUR)
    bench.cal(attendees=(), mails_guests=False)
    bench.settle()
    assert (bench.event, bench.state()) == (None, ("closed", "deleted"))


def test_i2_k1_stopping_leaves_the_event_and_counts_it() -> None:
    bench = meeting()
    bench.set(status="stopping", remove="events")
    assert (bench.settle(), bench.state(), bench.link.left_behind) == ([], ("closed", "stopped"), True)
    bench.set(timezone="Europe/Paris")
    assert bench.state() == ("closed", "stopped")


def test_i2_d4_an_activity_that_lost_its_date_while_it_was_free_keeps_its_event() -> None:
    bench = meeting()
    bench.set(outbound_types=("meeting",))
    bench.crm(schedule=undated(), at=NOW + HOUR)
    bench.set(outbound_types=("call",))
    assert (bench.settle(), bench.state()) == ([], ("closed", "undated"))


@pytest.mark.parametrize("reason", ["stopping", "calendar_changed", "not_connected"])
def test_j2_a_passing_refusal_neither_locks_nor_reverts(reason: str) -> None:
    bench = linked("crm")
    bench.crm(subject="Mine", at=NOW + HOUR)
    [put] = bench.commands
    bench.answer_calendar(put, "refused", reason=reason, passing=True)
    [again] = bench.settle()
    assert isinstance(again, CalendarPut)
    assert again.command_id != put.command_id
    assert bench.event
    assert bench.event.fields.summary == "Mine"


def test_j2_an_event_that_changes_all_the_time_is_written_later() -> None:
    bench = linked("crm")
    bench.crm(subject="Mine", at=NOW + HOUR)
    [put] = bench.commands
    bench.answer_calendar(put, "refused", reason="changes_all_the_time", passing=True)
    assert bench.commands == [put]  # it is sent again when it is due
    bench.settle()
    assert bench.event
    assert bench.event.fields.summary == "Mine"


def test_e5_a_lasting_refusal_goes_back_to_what_the_calendar_says() -> None:
    bench = linked("crm")
    bench.crm(subject="Mine", at=NOW + HOUR)
    [put] = bench.commands
    bench.answer_calendar(put, "refused", reason="forbidden")
    [back] = bench.settle()
    assert isinstance(back, ActivityPut)
    assert (back.changes.subject, back.changes.read_only) == ("Call Ann", True)
