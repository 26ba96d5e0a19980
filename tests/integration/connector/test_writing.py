"""Writing: creating once, changing on condition, removing; and what a crash or an edit in between means."""

from datetime import datetime, timedelta
from typing import Any

from chassis.ids import new_id
from contracts.calendar_events import CalendarCommandSettled, EventChanged, EventGone
from contracts.calendar_objects import EventChanges
from tests.integration.connector.support import PATIENCE, TOMORROW, Account, event_time, timed, with_each


@with_each
async def test_a_new_event_is_created_and_its_echo_tells_nothing(ann: Account) -> None:
    await ann.connect()
    answer = await ann.answer(put := ann.put())
    assert answer.outcome == "applied"
    assert answer.event
    found = await ann.person.event(answer.event.event_id)
    assert found
    assert found["summary"] == "Call Ann"
    other = await ann.person.add(summary="Other", **event_time())
    await ann.mapper.wait_for(EventChanged, where=lambda one: one.event.event_id == other["id"])
    event_id = answer.event.event_id
    assert not await ann.mapper.seen(EventChanged, lambda one: one.event.event_id == event_id)
    assert answer.causation_id == put.id


async def test_a_repeated_command_is_answered_and_not_carried_out_twice(ann: Account) -> None:
    await ann.connect()
    first = await ann.answer(put := ann.put())
    await ann.mapper.command(put)
    answers = await ann.mapper.wait_for(CalendarCommandSettled, 2, where=lambda one: one.command_id == put.command_id)
    assert answers[1].event == first.event
    assert await ann.calls(ann.features.creates) == 1


@with_each
async def test_an_event_that_is_there_already_is_adopted(ann: Account) -> None:
    await ann.connect()
    first = await ann.answer(put := ann.put())
    again = await ann.answer(ann.put(activity_id=put.activity_id))
    assert again.outcome == "applied"
    assert first.event
    assert len(await ann.person.events()) == 1
    changed = EventChanges(summary="Call Ann back", time=timed())
    newer = await ann.answer(ann.put(activity_id=put.activity_id, version=2, changes=changed))
    assert newer.outcome == "applied"
    found = await ann.person.event(first.event.event_id)
    assert found
    assert found["summary"] == "Call Ann back"


@with_each
async def test_a_tombstone_holds_its_id_so_the_next_generation_is_made(ann: Account) -> None:
    await ann.connect()
    first = await ann.answer(put := ann.put())
    assert first.event
    await ann.person.delete(first.event.event_id)
    await ann.mapper.wait_for(EventGone)
    again = await ann.answer(ann.put(activity_id=put.activity_id, version=2))
    assert (again.outcome, again.generation) == ("applied", 1 if ann.features.tombstones else 0)
    assert again.event
    assert again.event.event_id != first.event.event_id


@with_each
async def test_a_write_whose_answer_was_lost_is_found_and_not_made_twice(ann: Account) -> None:
    await ann.connect()
    await ann.trap("fault.timeout_after_applied", operation=ann.features.creates, parameters={"seconds": 0})
    answer = await ann.answer(ann.put(), within=PATIENCE)
    assert answer.outcome == "applied"
    assert len(await ann.person.events()) == 1
    assert (await ann.read())["last_problem"] is None  # found at once: nothing was parked


@with_each
async def test_only_the_given_fields_are_changed(ann: Account) -> None:
    await ann.connect()
    first = await ann.answer(put := ann.put())
    assert first.event
    event_id = first.event.event_id
    await ann.person.change(event_id, colorId="5")
    changes = EventChanges(location="Harbour")
    based: Any = {"event_id": event_id, "based_on": first.event.hash, "version": 2}
    answer = await ann.answer(ann.put(activity_id=put.activity_id, changes=changes, **based))
    assert answer.outcome == "applied"
    found = await ann.person.event(event_id)
    assert found
    assert (found["summary"], found["location"], found["colorId"]) == ("Call Ann", "Harbour", "5")


@with_each
async def test_a_users_edit_in_between_is_a_conflict_and_stays(ann: Account) -> None:
    await ann.connect()
    first = await ann.answer(put := ann.put())
    assert first.event
    await ann.trap("push.lost", count=None)
    await ann.person.change(first.event.event_id, summary="Mine")
    based: Any = {"event_id": first.event.event_id, "based_on": first.event.hash, "version": 2}
    changes = EventChanges(summary="Theirs")
    answer = await ann.answer(ann.put(activity_id=put.activity_id, changes=changes, **based))
    assert answer.outcome == "conflict"
    assert answer.event
    assert answer.event.fields.summary == "Mine"
    found = await ann.person.event(first.event.event_id)
    assert found
    assert found["summary"] == "Mine"


@with_each
async def test_j2_a_write_that_meets_an_unread_edit_answers_with_the_edits_own_time(ann: Account) -> None:
    """412, then another content: see docs/architecture/mapper.md, Crossing writes."""
    await ann.connect()
    first = await ann.answer(put := ann.put())
    assert first.event
    event_id = first.event.event_id
    await ann.trap("push.lost", count=None)
    await ann.person.change(event_id, summary="Mine")
    based: Any = {"event_id": event_id, "based_on": first.event.hash, "version": 2}
    met = await ann.answer(ann.put(activity_id=put.activity_id, changes=EventChanges(summary="Theirs"), **based))
    assert (met.outcome, met.event and met.event.fields.summary) == ("conflict", "Mine")
    assert met.event
    assert met.event.updated > first.event.updated
    based |= {"based_on": met.event.hash}
    written = await ann.answer(ann.put(activity_id=put.activity_id, changes=EventChanges(location="Harbour"), **based))
    assert (written.outcome, written.event and written.event.fields.summary) == ("applied", "Mine")
    assert written.event
    assert written.event.updated > met.event.updated, "our own write moves the time of the whole event"


@with_each
async def test_an_event_that_was_deleted_is_gone_and_the_answer_says_since_when_j3(ann: Account) -> None:
    await ann.connect()
    first = await ann.answer(put := ann.put())
    assert first.event
    await ann.trap("push.lost", count=None)
    await ann.person.delete(first.event.event_id)
    based: Any = {"event_id": first.event.event_id, "based_on": first.event.hash, "version": 2}
    answer = await ann.answer(ann.put(activity_id=put.activity_id, changes=EventChanges(summary="x"), **based))
    assert answer.outcome == "gone"
    shown = await ann.control.get(
        f"/control/accounts/{ann.person.email}/calendars/primary/events/{first.event.event_id}"
    )
    assert answer.gone_at == (datetime.fromisoformat(shown.json()["updated"]) if shown.is_success else None)
    assert (answer.gone_at is not None) == ann.features.tombstones


@with_each
async def test_removing_takes_the_event_away_and_twice_is_once(ann: Account) -> None:
    await ann.connect()
    first = await ann.answer(ann.put())
    assert first.event
    event_id = first.event.event_id
    assert (await ann.answer(ann.remove(event_id, based_on=first.event.hash))).outcome == "applied"
    assert await ann.person.event(event_id) is None
    assert (await ann.answer(ann.remove(event_id))).outcome == "applied"
    other = await ann.person.add(summary="Other", **event_time())
    await ann.mapper.wait_for(EventChanged, where=lambda one: one.event.event_id == other["id"])
    assert not await ann.mapper.seen(EventGone, lambda one: one.event_id == event_id)


@with_each
async def test_what_the_user_edited_meanwhile_is_not_removed(ann: Account) -> None:
    await ann.connect()
    first = await ann.answer(ann.put())
    assert first.event
    await ann.trap("push.lost", count=None)
    await ann.person.change(first.event.event_id, summary="Still wanted")
    answer = await ann.answer(ann.remove(first.event.event_id, based_on=first.event.hash))
    assert answer.outcome == "conflict"
    assert await ann.person.event(first.event.event_id)


async def test_another_calendar_than_the_chosen_one_is_not_written_a9(ann: Account) -> None:
    await ann.connect()
    answer = await ann.answer(ann.put(calendar_id="another@example.com"))
    assert (answer.outcome, answer.reason) == ("refused", "calendar_changed")


async def test_nobody_is_mailed_i1(ann: Account) -> None:
    await ann.connect()
    first = await ann.answer(put := ann.put())
    assert first.event
    based: Any = {"event_id": first.event.event_id, "based_on": first.event.hash, "version": 2}
    changes = EventChanges(time=timed(TOMORROW + timedelta(days=1)))
    await ann.answer(ann.put(activity_id=put.activity_id, changes=changes, **based))
    mails = (await ann.control.get("/control/mails")).json()
    assert not [mail for mail in mails if ann.email in str(mail)]


@with_each
async def test_work_waits_while_the_provider_is_away_and_is_done_then(ann: Account) -> None:
    await ann.connect()
    await ann.trap("fault.5xx", count=2)
    answer = await ann.answer(ann.put(command_id=new_id()), within=PATIENCE)
    assert answer.outcome == "applied"
    await ann.becomes(status="in_sync")
