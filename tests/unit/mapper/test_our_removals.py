"""What becomes of the calendar's side when it is us who take the event away (A9, C5, D4, J2, K1)."""

from typing import Any

import pytest

from contracts.calendar_commands import CalendarPut
from contracts.calendar_objects import EventFields, EventSnapshot
from mapper.domain.model.schedules import event_time
from mapper.domain.rules.observe import note_activity
from tests.support.bench import HOUR, NOW, TOMORROW, Bench, connection, due, linked, timed, undated


def test_a9_a_calendar_that_cannot_be_read_any_more_keeps_no_item_from_the_newly_chosen_one() -> None:
    bench = linked("crm")
    bench.cal_gone("access_lost")
    bench.set(calendar_id="other")
    [creation] = bench.settle()
    assert isinstance(creation, CalendarPut)
    assert (creation.event_id, creation.calendar_id) == (None, "other")
    assert bench.state() == ("active", None)


@pytest.mark.parametrize(
    "cause",
    [
        {"calendar_id": "other"},
        {"outbound_types": ("meeting",)},
        {"status": "stopping", "remove": "events"},
    ],
    ids=["a9", "c5", "k1"],
)
def test_what_was_edited_in_the_calendar_comes_in_before_we_remove_the_event(cause: dict[str, Any]) -> None:
    bench = linked("crm")
    bench.cal(summary="Call Ann and Ben", tell=False)
    bench.set(**cause)
    bench.settle()
    assert bench.activity
    assert bench.activity.subject == "Call Ann and Ben"
    assert (bench.event is None) == ("calendar_id" not in cause)


def test_d4_what_was_edited_in_the_calendar_comes_in_before_an_undated_activity_loses_its_event() -> None:
    bench = linked("crm")
    bench.cal(summary="Call Ann and Ben", tell=False)
    bench.crm(schedule=undated())
    bench.settle()
    assert bench.activity
    assert (bench.activity.subject, bench.event) == ("Call Ann and Ben", None)


def test_j2_d4_a_time_set_in_the_calendar_later_gives_the_activity_its_date_back() -> None:
    bench = linked("crm")
    later = timed(TOMORROW + HOUR)
    bench.cal(time=later, at=NOW + HOUR, tell=False)
    bench.crm(schedule=undated(), at=NOW)
    bench.settle()
    assert bench.activity
    assert event_time(bench.activity.schedule) == later
    assert bench.event
    assert bench.state() == ("active", None)


def test_an_event_deleted_before_its_first_read_is_gone_though_its_creation_was_told_without_it() -> None:
    bench = Bench()
    bench.crm()
    [put] = bench.commands
    bench.seq += 1
    bench.answer_calendar(put, "applied", event_id="made-0")
    assert (bench.link.event_id, bench.commands) == ("made-0", [])
    bench.tell_gone("made-0", "deleted", NOW + HOUR)
    bench.settle()
    assert bench.activity
    assert bench.activity.deleted


def test_d8_an_event_that_is_made_again_is_seen_as_it_was_made() -> None:
    bench = linked("crm")
    bench.set(outbound_types=("meeting",))
    bench.settle()
    bench.set(outbound_types=("call",))
    bench.settle()
    assert bench.event
    assert bench.link.event.live == bench.event


def test_h1_h2_an_activity_deleted_before_its_events_first_read_takes_the_event_along() -> None:
    bench = Bench()
    bench.crm()
    made_and_deleted_in_the_crm(bench)


def test_h1_h2_and_so_does_one_whose_event_is_the_second() -> None:
    bench = linked("crm")
    bench.set(outbound_types=("meeting",))
    bench.settle()
    bench.set(outbound_types=("call",))
    made_and_deleted_in_the_crm(bench)


def made_and_deleted_in_the_crm(bench: Bench) -> None:
    """Delete the activity while its event is made, whose creation is told without it, as after a crash."""
    [put] = bench.commands
    assert isinstance(put, CalendarPut)
    bench.crm_delete(at=NOW + HOUR)
    event_id = f"made-{put.generation}"
    bench.seq += 1
    bench.answer_calendar(put, "applied", event_id=event_id, generation=put.generation)
    assert (bench.state(), bench.commands) == (("active", None), [])
    fields = EventFields.model_validate({name: value for name, value in put.changes if value is not None})
    bench.event = EventSnapshot(event_id=event_id, calendar_id="cal", hash="as made", fields=fields, updated=NOW)
    bench.tell_event(bench.event)
    bench.settle()
    assert bench.state() == ("closed", "deleted")
    assert bench.event is None
    assert bench.activity
    assert bench.activity.deleted


def test_l1_what_took_the_event_away_goes_on_explaining_it() -> None:
    bench = linked("crm")
    bench.set(outbound_types=("meeting",))
    bench.settle()
    bench.set(timezone="Europe/Paris")
    assert (bench.state(), bench.decided.rule) == (("closed", "filtered"), "C5")


@pytest.mark.parametrize("origin", ["crm", "calendar"])
@pytest.mark.parametrize("reason", ["filtered", "undated"])
def test_j3_an_edit_that_beats_a_deletion_saves_the_activity_though_its_event_must_wait(
    origin: str, reason: str
) -> None:
    bench = linked(origin, connection(inbound_type="call"))
    waiting = {"schedule": undated()} if reason == "undated" else {"type": "lunch", "subject": "Kept"}
    if reason == "filtered":
        settings = bench.connection.settings.model_copy(update={"outbound_types": ("call",)})
        bench.connection = bench.connection.model_copy(update={"settings": settings})
    bench.cal_gone(at=NOW, tell=False)
    bench.crm(at=NOW + HOUR, tell=False, **waiting)
    assert bench.activity
    bench.current = note_activity(bench.link, bench.activity)
    bench.tell_gone(bench.link.event_id or "", "deleted", NOW)
    assert (bench.settle(), bench.state()) == ([], ("closed", reason))
    bench.crm(type="call", schedule=due(), at=NOW + 2 * HOUR)
    bench.settle()
    assert bench.event
    assert bench.state() == ("active", None)
