"""Both sides changed: merge per field, later wins, edit against deletion (J1 to J3)."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.activity_commands import ActivityPut
from contracts.calendar_commands import CalendarPut
from tests.support.bench import HOUR, NOW, TOMORROW, Bench, due, linked, timed

BEFORE, AFTER = NOW + HOUR, NOW + 2 * HOUR


def race(bench: Bench, crm: dict[str, Any], cal: dict[str, Any]) -> None:
    """Edit both sides before the mapper hears of either."""
    bench.crm(tell=False, **crm)
    bench.cal(tell=False, **cal)
    assert bench.activity
    assert bench.event
    bench.tell_activity(bench.activity)
    bench.tell_event(bench.event)
    bench.settle()


@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_j1_fields_changed_on_one_side_only_are_taken_from_that_side(origin: str) -> None:
    bench = linked(origin)
    race(bench, {"subject": "By the CRM", "busy": False}, {"location": "By the calendar", "description": "Too"})
    assert bench.activity
    assert bench.event
    assert bench.event.fields.summary == "By the CRM"
    assert bench.event.fields.transparency == "transparent"
    assert bench.activity.location == "By the calendar"
    assert bench.activity.public_description == "Too"
    assert [entry for entry in bench.link.history if entry.lost] == []


@pytest.mark.parametrize(
    ("crm_at", "cal_at", "winner"), [(AFTER, BEFORE, "crm"), (BEFORE, AFTER, "calendar"), (AFTER, AFTER, "crm")]
)
@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_j2_the_later_modification_wins_a_tie_goes_to_the_crm_and_the_lost_value_is_kept(
    origin: str, crm_at: Any, cal_at: Any, winner: str
) -> None:
    bench = linked(origin)
    race(bench, {"subject": "CRM", "at": crm_at}, {"summary": "Calendar", "at": cal_at})
    assert bench.activity
    assert bench.event
    won, lost = ("CRM", "Calendar") if winner == "crm" else ("Calendar", "CRM")
    assert bench.activity.subject == bench.event.fields.summary == won
    [value] = [value for entry in bench.link.history for value in entry.lost]
    assert (value.field, value.value, value.side) == ("subject", lost, "calendar" if winner == "crm" else "crm")
    assert "J2" in {entry.rule for entry in bench.link.history}


def test_j2_start_end_zone_and_all_day_are_one_field() -> None:
    bench = linked("crm")
    race(
        bench,
        {"schedule": due(TOMORROW + HOUR), "at": BEFORE},
        {"time": timed(TOMORROW, hours=3), "at": AFTER},
    )
    assert bench.activity
    assert bench.activity.schedule == due(TOMORROW, duration="03:00")


def test_j2_the_calendars_time_is_that_of_the_first_read_in_which_the_field_differed() -> None:
    bench = linked("crm")
    bench.crm(tell=False, subject="CRM", at=BEFORE + timedelta(minutes=30))
    bench.crm(tell=False, location="Another field", at=AFTER)
    assert bench.activity
    conflict = bench.activity
    bench.cal(tell=False, summary="Calendar", at=BEFORE)
    bench.connection = bench.connection.model_copy(update={"adopted": False})
    assert bench.event
    bench.tell_event(bench.event)
    bench.cal(description="An unrelated later edit", at=AFTER + HOUR)
    bench.tell_activity(conflict)
    bench.set(adopted=True)
    bench.settle()
    assert bench.event.fields.summary == "CRM"


def test_j2_the_same_change_on_both_sides_is_no_conflict() -> None:
    bench = linked("crm")
    race(bench, {"subject": "Same"}, {"summary": "Same"})
    assert [entry for entry in bench.link.history if entry.lost] == []
    assert bench.state() == ("active", None)


def test_a_stale_write_is_decided_anew_from_what_is_there() -> None:
    bench = linked("crm")
    bench.cal(summary="Calendar")
    [put] = bench.commands
    assert isinstance(put, ActivityPut)
    bench.crm(tell=False, location="Meanwhile")
    bench.settle()
    assert bench.activity
    assert bench.event
    assert (bench.activity.subject, bench.event.fields.location) == ("Calendar", "Meanwhile")


def test_a_conflicting_write_is_decided_anew_from_what_is_there() -> None:
    bench = linked("calendar")
    bench.crm(subject="CRM")
    [put] = bench.commands
    assert isinstance(put, CalendarPut)
    bench.cal(tell=False, location="Meanwhile")
    bench.settle()
    assert bench.activity
    assert bench.event
    assert (bench.event.fields.summary, bench.activity.location) == ("CRM", "Meanwhile")


@pytest.mark.parametrize(("edited", "deleted", "survives"), [(AFTER, BEFORE, True), (BEFORE, AFTER, False)])
@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_j3_an_edit_in_the_crm_against_a_deletion_in_the_calendar(
    origin: str, edited: Any, deleted: Any, survives: bool
) -> None:
    bench = linked(origin)
    bench.crm(tell=False, subject="Edited", at=edited)
    bench.cal_gone(at=deleted, tell=False)
    bench.tell_gone(str(bench.link.event_id), "deleted", deleted)
    bench.settle()
    assert bench.activity
    if not bench.activity.deleted and bench.event is None:
        bench.tell_activity(bench.activity)
        bench.settle()
    assert (bench.event is not None) == survives
    assert bench.activity.deleted != survives
    if survives:
        assert bench.event
        assert bench.event.fields.summary == "Edited"
        assert "J3" in {entry.rule for entry in bench.link.history}


@pytest.mark.parametrize(("edited", "deleted", "survives"), [(AFTER, BEFORE, True), (BEFORE, AFTER, False)])
@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_j3_an_edit_in_the_calendar_against_a_deletion_in_the_crm(
    origin: str, edited: Any, deleted: Any, survives: bool
) -> None:
    bench = linked(origin)
    bench.cal(tell=False, summary="Edited", at=edited)
    bench.crm_delete(at=deleted)
    bench.settle()
    assert bench.activity
    assert (bench.event is not None) == survives
    assert bench.activity.deleted != survives
    if survives:
        assert bench.activity.subject == "Edited"
        assert bench.state() == ("active", None)


@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_j3_an_activity_that_comes_back_keeps_its_type_though_events_come_in_as_another(origin: str) -> None:
    """It came back as the inbound type, which was not selected (C5): so its event went, with the edit that had won."""
    bench = linked(origin)
    assert bench.activity
    before = bench.activity.type
    bench.set(inbound_type="deadline", outbound_types=(before,))
    bench.settle()
    bench.cal(tell=False, summary="Edited", at=AFTER)
    bench.crm_delete(at=BEFORE)
    bench.settle()
    assert bench.activity.type == before
    assert not bench.activity.deleted
    assert bench.event
    assert bench.event.fields.summary == "Edited"


def test_j3_a_deletion_without_a_time_counts_from_the_last_read() -> None:
    bench = linked("calendar")
    bench.now = AFTER
    bench.cal(location="Read at two")
    bench.settle()
    bench.now = AFTER + 2 * HOUR
    bench.crm(tell=False, subject="Edited after the read", at=AFTER + HOUR)
    assert bench.activity
    bench.tell_activity(bench.activity)
    bench.event = None
    bench.settle()
    assert bench.event
    assert bench.event.fields.summary == "Edited after the read"


def test_j3_a_write_that_finds_a_tombstone_goes_by_the_time_of_the_deletion() -> None:
    bench = linked("crm")
    bench.crm(subject="Edited", at=BEFORE)
    [put] = bench.commands
    bench.cal_gone(at=AFTER, tell=False)
    bench.answer_calendar(put, "gone", gone_at=AFTER)
    bench.settle()
    assert bench.event is None
    assert bench.activity
    assert bench.activity.deleted
