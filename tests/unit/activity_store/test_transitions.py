"""How activities change: versions, times, changed fields, schedules and participants."""

from typing import Any

import pytest

from activity_store.domain.model.content import ActivityContent
from activity_store.domain.model.errors import InvalidError
from activity_store.domain.rules import transitions
from activity_store.domain.rules.snapshots import snapshot_of
from contracts.activities import Participant
from tests.unit.activity_store.builders import LATER, NOW, activity


def test_a_change_counts_and_is_dated_per_mapped_field() -> None:
    before = activity(due_date="2030-05-01")
    changed = transitions.change(before, {"subject": "New", "due_time": "09:00", "note": "n"}, LATER)
    assert changed.changed == ("subject", "schedule", "note")
    after = changed.after
    assert (after.revision, after.update_time, after.add_time) == (2, LATER, NOW)
    assert after.changed_at == {"subject": LATER, "schedule": LATER}
    assert after.starts_at is not None
    assert after.starts_at.hour == 9


def test_equal_values_change_nothing() -> None:
    before = activity()
    assert transitions.change(before, {"subject": "Call", "busy": True}, LATER) == transitions.Transition(
        before, before
    )


def test_a_type_has_a_time_of_its_own() -> None:
    """C5: it is not mapped, but the filter goes by it."""
    after = transitions.change(activity(), {"type": "task"}, LATER).after
    assert (after.type_changed_at, after.changed_at) == (LATER, {})


def test_former_owners_are_remembered() -> None:
    """A8: a replay tells them what left."""
    after = transitions.change(activity(), {"owner_id": "8"}, LATER).after
    assert after.owners == ("7", "8")
    assert transitions.change(after, {"owner_id": "7"}, LATER).after.owners == ("7", "8")


def test_a_tombstone_keeps_counting_and_comes_back_one_on() -> None:
    gone = transitions.delete(activity(), LATER).after
    assert (gone.deleted, gone.revision, gone.update_time) == (True, 2, LATER)
    back = transitions.restore(gone, {"subject": "Back"}, LATER)
    assert (back.after.deleted, back.after.revision, back.after.subject) == (False, 3, "Back")


TIMED = {"due_date": "2030-05-01", "due_time": "09:00", "duration": "00:45"}
BERLIN = {"due_date": "2030-03-22", "due_time": "08:00", "timezone": "Europe/Berlin"}
ALL_DAY = {"due_date": "2030-05-01", "duration": "48:00"}


@pytest.mark.parametrize(
    ("before", "patch", "completed"),
    [
        (TIMED, {"due_time": "10:00"}, {"due_time": "10:00"}),
        (TIMED, {"due_date": None}, {"due_date": None, "due_time": None}),
        (
            TIMED,
            {"due_time": None, "due_date": "2030-05-02"},
            {"due_time": None, "due_date": "2030-05-02", "duration": None},
        ),
        (
            ALL_DAY,
            {"due_time": "09:00", "due_date": "2030-05-01"},
            {"due_time": "09:00", "due_date": "2030-05-01", "duration": None},
        ),
        ({}, {"due_date": "2030-05-01", "due_time": "09:00"}, {"due_date": "2030-05-01", "due_time": "09:00"}),
        (TIMED, {"subject": "x"}, {"subject": "x"}),
        ({"duration": "00:45"}, {"due_date": "2030-05-01"}, {"due_date": "2030-05-01", "duration": None}),
        (BERLIN, {"due_date": "2030-04-05"}, {"due_date": "2030-04-05", "due_time": "07:00"}),  # F8
        (BERLIN, {"due_date": "2030-04-05", "due_time": "08:00"}, {"due_date": "2030-04-05", "due_time": "08:00"}),
        (BERLIN, {"due_date": "2030-03-22"}, {"due_date": "2030-03-22", "due_time": "08:00"}),
        (BERLIN, {"timezone": "UTC"}, {"timezone": "UTC"}),
        (
            BERLIN,
            {"due_date": "2030-04-05", "timezone": "UTC"},
            {"due_date": "2030-04-05", "timezone": "UTC", "due_time": "08:00"},
        ),
        ({"duration": "48:00"}, {"due_date": "2030-05-01"}, {"due_date": "2030-05-01"}),
    ],
)
def test_what_a_change_of_schedule_implies(
    before: dict[str, Any], patch: ActivityContent, completed: ActivityContent
) -> None:
    """F2, F8, D4."""
    assert transitions.complete_schedule(activity(**before), patch) == completed


@pytest.mark.parametrize(("before", "patch"), [(TIMED, {"due_time": None}), (ALL_DAY, {"due_time": "09:00"})])
def test_turning_timed_into_all_day_or_back_names_the_date(before: dict[str, Any], patch: ActivityContent) -> None:
    """F2: `due_date` is UTC for one and local for the other."""
    with pytest.raises(InvalidError) as refused:
        transitions.complete_schedule(activity(**before), patch)
    assert refused.value.faults[0].field == "due_date"


def test_linked_items_are_noted_flat() -> None:
    made = activity(deal_id="1", org_id="2", person_id="5", participants=(Participant(person_id="5"),))
    assert made.linked == ("deal:1", "person:5", "organization:2")


def test_publishing_anew_is_a_version_without_a_change() -> None:
    """F4: consumers order by version, so a newer summary needs a newer one."""
    republished = transitions.republish(activity())
    assert (republished.after.revision, republished.after.update_time, republished.changed) == (
        2,
        NOW,
        ("linked_items",),
    )


def test_a_snapshot_has_the_public_version() -> None:
    made = activity(due_date="2030-05-01").model_copy(update={"version": 9})
    told = snapshot_of(made)
    assert (told.id, told.version, told.schedule.due_date is not None) == ("a1", 1, True)
