"""Why a link closed decides what reopens it (D8), on another calendar (A9), for another owner (A8)."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts.activities import ExternalRef, SyncSummary
from contracts.activity_commands import ActivityPut, ActivityRemove
from contracts.calendar_commands import CalendarPut, CalendarRemove
from tests.support.bench import HOUR, NOW, TOMORROW, Bench, connection, linked, timed

DAY = 24 * HOUR
End = Callable[[], None]


def _declined(bench: Bench) -> End:
    bench.cal(response="declined")
    return lambda: bench.cal(response="accepted")


def _private_skipped(bench: Bench) -> End:
    bench.set(private_events="skip")
    bench.cal(visibility="private")
    return lambda: bench.cal(visibility="default")


def _calendar_changed(bench: Bench) -> End:
    bench.set(calendar_id="other")
    return lambda: bench.set(calendar_id="cal")


def _not_owner(bench: Bench) -> End:
    bench.crm(owner_id="8")
    return lambda: bench.crm(owner_id="7")


def _stopped(bench: Bench) -> End:
    bench.set(status="stopping")
    return lambda: bench.set(status="in_sync")


@pytest.mark.parametrize(
    ("reason", "close"),
    [
        ("declined", _declined),
        ("private_skipped", _private_skipped),
        ("calendar_changed", _calendar_changed),
        ("not_owner", _not_owner),
        ("stopped", _stopped),
    ],
)
def test_d8_a_link_of_calendar_origin_closes_leaving_both_sides_and_reopens_when_its_cause_ends(
    reason: str, close: Callable[[Bench], End]
) -> None:
    bench = linked("calendar")
    before = bench.link.id, bench.link.event_id
    end = close(bench)
    bench.settle()
    assert bench.state() == ("closed", reason)
    assert bench.event
    assert bench.activity
    assert not bench.activity.deleted
    end()
    bench.settle()
    assert (bench.link.id, bench.link.event_id) == before
    assert bench.state() == ("active", None)


def test_d8_a8_an_event_gone_since_the_owner_changed_is_created_again_when_he_is_back() -> None:
    bench = linked("calendar")
    back = _not_owner(bench)
    bench.cal_gone(at=NOW + HOUR)
    assert (bench.commands, bench.state()) == ([], ("closed", "not_owner"))
    back()
    assert isinstance(bench.settle()[0], CalendarPut)
    assert bench.event
    assert bench.state() == ("active", None)


@pytest.mark.parametrize("close", [_declined, _private_skipped, _stopped])
def test_d8_a_closed_link_deletes_nothing(close: Callable[[Bench], End]) -> None:
    bench = linked("calendar")
    close(bench)
    bench.settle()
    bench.cal_gone(at=NOW + HOUR)
    assert not [command for command in bench.commands if isinstance(command, ActivityRemove)]
    assert bench.activity
    assert not bench.activity.deleted


@pytest.mark.parametrize("side", ["crm", "calendar"])
def test_a9_h1_what_was_deleted_while_another_calendar_was_chosen_goes_when_this_one_is_back(side: str) -> None:
    bench = linked("calendar")
    back = _calendar_changed(bench)
    if side == "crm":
        bench.crm_delete(at=NOW + HOUR)
        back()
    else:
        back()
        bench.cal_gone(at=NOW + HOUR)
    assert [type(command) for command in bench.settle()] == [CalendarRemove if side == "crm" else ActivityRemove]
    assert bench.state() == ("closed", "deleted")


def test_a9_an_event_of_crm_origin_leaves_the_old_calendar_before_it_enters_the_new_one() -> None:
    bench = linked("crm")
    bench.set(calendar_id="other")
    removal, creation = bench.settle()
    assert isinstance(removal, CalendarRemove)
    assert isinstance(creation, CalendarPut)
    assert (removal.calendar_id, creation.calendar_id, creation.event_id) == ("cal", "other", None)
    assert (bench.state(), bench.link.calendar_id) == (("active", None), "other")


def test_a9_d2_what_is_over_stays_in_the_old_calendar() -> None:
    bench = linked("crm")
    bench.now = TOMORROW + DAY
    bench.set(calendar_id="other")
    assert (bench.commands, bench.state()) == ([], ("frozen", "past"))
    assert bench.event


def test_a9_the_calendar_that_an_activity_remembers_is_left_though_its_event_was_not_read_again() -> None:
    """The mapper's database was lost, and another calendar was chosen meanwhile."""
    bench = Bench(connection(calendar_id="other"))
    bench.crm(sync=remembered("active", event_id="e1"))
    removal = bench.commands[0]
    assert isinstance(removal, CalendarRemove)
    assert (removal.calendar_id, removal.event_id) == ("cal", "e1")
    bench.answer_calendar(removal, "applied", seq=1)
    [creation] = bench.commands
    assert isinstance(creation, CalendarPut)
    assert (creation.calendar_id, creation.event_id) == ("other", None)


@pytest.mark.parametrize("remove", ["activities", "events"])
def test_k1_what_is_refused_when_stopping_is_marked_as_left_behind_and_closed_as_stopped(remove: str) -> None:
    bench = linked("calendar" if remove == "activities" else "crm")
    bench.set(status="stopping", remove=remove)
    [removal] = bench.commands
    answer = bench.answer_crm if remove == "activities" else bench.answer_calendar
    answer(removal, "refused", reason="forbidden")
    assert (bench.state(), bench.link.left_behind, bench.commands) == (("closed", "stopped"), True, [])
    bench.set(status="in_sync", remove="none")
    bench.settle()
    assert bench.state() == ("active", None)


def remembered(state: str, reason: str | None = None, **more: Any) -> SyncSummary:
    """How an activity remembers its link."""
    known: dict[str, Any] = {"account_key": "key", "calendar_id": "cal", "connection_id": "c1", "version": 7}
    return SyncSummary(origin="crm", state=state, reason=reason, **known | more)


@pytest.mark.parametrize(
    ("state", "reason", "after"),
    [
        ("closed", "kept", ("closed", "kept")),
        ("closed", "left", ("closed", "left")),
        ("frozen", "past", ("active", None)),
        ("pending", None, ("active", None)),
        ("closed", "calendar_changed", ("active", None)),
        ("closed", "stopped", ("active", None)),
        ("closed", "undated", ("active", None)),
    ],
)
def test_d8_k2_an_activity_remembers_why_its_link_is_closed(
    state: str, reason: str | None, after: tuple[str, str | None]
) -> None:
    bench = Bench()
    bench.crm(sync=remembered(state, reason))
    bench.settle()
    assert bench.state() == after
    assert bench.link.published_version > 7


def test_k2_what_an_activity_remembers_of_another_account_says_nothing() -> None:
    bench = Bench()
    bench.crm(sync=remembered("closed", "kept", account_key="another", event_id="e9"))
    assert (bench.link.event_id, bench.link.versions_before) == (None, 0)
    assert isinstance(bench.commands[0], CalendarPut)


def test_a8_for_the_new_owners_connection_the_activity_is_new() -> None:
    """It remembers the event of the old owner's account, which is no link of the new owner's."""
    bench = Bench(connection(user_id="8", account_key="another"))
    foreign = ExternalRef(account_key="key", calendar_id="cal", event_id="e1", origin="calendar")
    bench.crm(owner_id="8", external_ref=foreign, sync=remembered("closed", "not_owner", event_id="e1"))
    [creation] = bench.settle()
    assert isinstance(creation, CalendarPut)
    assert (creation.event_id, bench.link.origin, bench.state()) == (None, "crm", ("active", None))


def test_a8_nobody_elses_activity_is_written_for_what_its_event_did() -> None:
    bench = linked("calendar")
    _not_owner(bench)
    bench.cal(summary="Edited in the old owner's calendar", time=timed(TOMORROW + HOUR), at=NOW + HOUR)
    assert not [command for command in bench.commands if isinstance(command, ActivityPut | ActivityRemove)]
