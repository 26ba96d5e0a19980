"""Three kinds of gone, who follows a deletion, and what stopping takes away (H1 to H3, K1)."""

from datetime import timedelta

import pytest

from contracts.activity_commands import ActivityRemove
from contracts.calendar_commands import CalendarRemove
from tests.support.bench import HOUR, NOW, TOMORROW, Bench, connection, due, linked, timed

DAY = timedelta(days=1)


@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_h1_a_deleted_event_deletes_its_activity(origin: str) -> None:
    bench = linked(origin)
    bench.cal_gone(at=NOW + HOUR)
    assert [type(command) for command in bench.settle()] == [ActivityRemove]
    assert bench.activity
    assert bench.activity.deleted
    assert bench.state() == ("closed", "deleted")
    assert (bench.decided.outcome, bench.decided.rule) == ("removed", "H1")


@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_h1_a_deleted_activity_deletes_its_event(origin: str) -> None:
    bench = linked(origin)
    bench.crm_delete(at=NOW + HOUR)
    assert [type(command) for command in bench.settle()] == [CalendarRemove]
    assert (bench.event, bench.state()) == (None, ("closed", "deleted"))


@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_h1_keep_closes_the_link_for_good(origin: str) -> None:
    bench = linked(origin, connection(on_event_deleted="keep"))
    bench.cal_gone(at=NOW + HOUR)
    assert (bench.commands, bench.state()) == ([], ("closed", "kept"))
    assert bench.decided.setting == "on_event_deleted"
    bench.crm(subject="Edited later", at=NOW + 2 * HOUR)
    bench.set(on_event_deleted="delete")
    assert (bench.commands, bench.state()) == ([], ("closed", "kept"))


def test_h2_an_event_that_left_the_calendar_closes_the_link_and_deletes_nothing() -> None:
    bench = linked("calendar")
    bench.cal_gone("left")
    assert (bench.commands, bench.state(), bench.decided.rule) == ([], ("closed", "left"), "H2")


@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_h2_access_lost_does_nothing_to_the_items_and_goes_on_when_it_is_back(origin: str) -> None:
    bench = linked(origin)
    event = bench.event
    bench.cal_gone("access_lost")
    assert (bench.commands, bench.state(), bench.decided.rule) == ([], ("active", "access_lost"), "H2")
    bench.crm(subject="Edited meanwhile")
    assert bench.commands == []
    bench.event = event
    assert event
    bench.tell_event(event)
    bench.settle()
    assert bench.event
    assert (bench.state(), bench.event.fields.summary) == (("active", None), "Edited meanwhile")


def test_h3_deleting_the_activity_of_somebody_elses_meeting_only_closes_the_link() -> None:
    bench = Bench()
    bench.cal(is_organizer=False)
    bench.settle()
    bench.crm_delete()
    assert (bench.commands, bench.state(), bench.decided.rule) == ([], ("closed", "not_organiser"), "H3")
    bench.cal(summary="Changed by its organiser", at=NOW + DAY)
    assert (bench.commands, bench.state()) == ([], ("closed", "not_organiser"))


@pytest.mark.parametrize("side", ["crm", "calendar"])
def test_d2_a_deletion_after_the_item_was_over_stays_on_its_side(side: str) -> None:
    bench = linked("calendar")
    over = TOMORROW + DAY
    bench.now = over
    if side == "crm":
        bench.crm_delete(at=over)
    else:
        bench.cal_gone(at=over)
    assert (bench.commands, bench.state()) == ([], ("frozen", "past"))


@pytest.mark.parametrize("side", ["crm", "calendar"])
def test_d2_j3_a_deletion_of_what_the_other_side_had_moved_ahead_is_mirrored(side: str) -> None:
    bench = linked("calendar")
    over = TOMORROW + DAY
    bench.set(direction="one_way")
    bench.now = over + HOUR
    if side == "crm":
        bench.cal(time=timed(over + DAY), at=over)
        bench.crm_delete(at=over + HOUR)
    else:
        bench.crm(schedule=due(over + DAY), at=over)
        bench.cal_gone(at=over + HOUR)
    bench.set(direction="two_way")
    bench.settle()
    assert (bench.link.activity.live, bench.event, bench.state()) == (None, None, ("closed", "deleted"))


@pytest.mark.parametrize("side", ["crm", "calendar"])
def test_d2_what_was_deleted_when_it_was_over_is_not_brought_back_by_an_edit_of_the_past(side: str) -> None:
    bench = linked("calendar")
    over = TOMORROW + DAY
    bench.now = over
    if side == "crm":
        bench.crm_delete(at=over)
        bench.cal(summary="Tidied up", at=over + HOUR)
    else:
        bench.cal_gone(at=over)
        bench.crm(subject="Tidied up", at=over + HOUR)
    assert (bench.commands, bench.state()) == ([], ("frozen", "past"))


def test_d8_an_event_that_comes_back_brings_its_activity_back() -> None:
    bench = linked("calendar")
    event = bench.event
    bench.cal_gone(at=NOW + HOUR)
    bench.settle()
    tombstone = bench.versions
    bench.event = event
    bench.cal(summary="Restored", at=NOW + 2 * HOUR)
    assert bench.commands[0].type == "activity.put.v1"
    assert bench.commands[0].expected_version == tombstone
    bench.settle()
    assert bench.activity
    assert (bench.activity.deleted, bench.activity.subject) == (False, "Restored")


@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_k1_stopping_leaves_the_items_by_default(origin: str) -> None:
    bench = linked(origin)
    bench.set(status="stopping")
    assert (bench.commands, bench.state(), bench.decided.rule) == ([], ("closed", "stopped"), "K1")


@pytest.mark.parametrize(
    ("remove", "origin", "gone"),
    [
        ("activities", "calendar", ActivityRemove),
        ("activities", "crm", None),
        ("events", "crm", CalendarRemove),
        ("events", "calendar", None),
    ],
)
def test_k1_stopping_removes_what_it_is_told_to_and_reconnecting_brings_it_back(
    remove: str, origin: str, gone: type | None
) -> None:
    bench = linked(origin)
    bench.set(status="stopping", remove=remove)
    assert [type(command) for command in bench.settle()] == ([gone] if gone else [])
    assert bench.state() == ("closed", "stopped")
    bench.set(status="stopped")
    assert bench.commands == []
    bench.set(status="in_sync", remove="none")
    bench.settle()
    assert bench.event
    assert bench.activity
    assert not bench.activity.deleted
    assert bench.state() == ("active", None)


@pytest.mark.parametrize("backfill", ["future", "none"])
def test_k1_what_stopping_removed_comes_back_to_a_new_connection_of_the_account(backfill: str) -> None:
    bench = linked("crm", connection(backfill=backfill))
    bench.set(status="stopping", remove="events")
    bench.settle()
    later = bench.connection.coverage.model_copy(update={"connected_at": NOW + HOUR})
    bench.now = NOW + HOUR
    bench.seq = 0
    bench.connection = connection(id="c2", coverage=later, backfill=backfill)
    assert bench.activity
    bench.tell_activity(bench.activity)
    bench.settle()
    assert bench.event
    assert bench.state() == ("active", None)
    assert bench.link.connection_id == "c2"


def test_k1_once_stopped_nothing_is_asked_that_was_refused_before() -> None:
    bench = linked("crm")
    bench.set(status="stopping", remove="events")
    bench.answer_calendar(bench.commands[0], "refused", reason="forbidden")
    assert bench.state()[0] == "closed"
    bench.set(status="stopped")
    assert bench.commands == []


def test_k1_h1_stopping_leaves_what_was_kept_for_nothing_could_bring_it_back() -> None:
    bench = linked("calendar", connection(on_event_deleted="keep"))
    bench.cal_gone(at=NOW + HOUR)
    bench.set(status="stopping", remove="activities")
    assert (bench.commands, bench.state()) == ([], ("closed", "kept"))


def test_a8_stopping_takes_nobody_elses_activity() -> None:
    bench = linked("calendar")
    bench.crm(owner_id="8")
    bench.set(status="stopping", remove="activities")
    assert bench.commands == []


def test_both_gone_closes_the_link_without_a_word_to_either() -> None:
    bench = linked("calendar")
    bench.cal_gone(tell=False)
    bench.crm_delete()
    [removal] = bench.commands
    bench.carry_out(removal)
    assert (bench.commands, bench.state()) == ([], ("closed", "deleted"))


def test_d8_h1_what_was_kept_stays_closed_though_its_event_comes_back() -> None:
    bench = linked("calendar", connection(on_event_deleted="keep"))
    event = bench.event
    bench.cal_gone(at=NOW + HOUR)
    assert bench.state() == ("closed", "kept")
    bench.event = event
    bench.cal(summary="Restored", at=NOW + 2 * HOUR)
    assert (bench.commands, bench.state()) == ([], ("closed", "kept"))
