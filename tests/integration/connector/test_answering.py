"""What the mapper and the user say to each other through a connection: brakes (H4), another calendar (A9)."""

from chassis.ids import new_id
from contracts import topics
from contracts.brakes import BrakeItem, BrakeRequested, BrakeSettled, Restore
from contracts.calendar_events import EventChanged
from tests.integration.connector.support import Account, event_time, with_each


async def test_a_brake_is_shown_answered_once_and_forgotten_h4(ann: Account) -> None:
    await ann.connect()
    about = {"connection_id": ann.connection_id, "brake_id": new_id()}
    item = BrakeItem(side="crm", activity_id="a1", title="Lunch")
    asked = BrakeRequested(**ann.mapper.envelope(**about), pass_id="p1", items=(item,))
    await ann.mapper.send(topics.SYNC_BRAKES, ann.connection_id, asked)
    found = await ann.becomes(status="needs_confirmation")
    assert (found["brake"]["id"], found["brake"]["items"][0]["title"]) == (about["brake_id"], "Lunch")

    path = f"/v1/connections/{ann.connection_id}/confirm"
    old = await ann.ask("POST", path, json={"brake_id": "older", "action": "delete"})
    assert (old.status_code, old.json()["code"]) == (409, "brake_outdated")
    answer = await ann.ask("POST", path, json={"brake_id": about["brake_id"], "action": "restore"})
    assert (answer.status_code, answer.json()["brake"]) == (202, None)
    told = await ann.mapper.told(ann.connection_id, lambda one: one.brake_answer is not None)
    assert told.brake_answer
    assert told.brake_answer.action == "restore"
    other = await ann.ask("POST", path, json={"brake_id": about["brake_id"], "action": "delete"})
    assert other.status_code == 409

    settled = BrakeSettled(**ann.mapper.envelope(**about), action="restore")
    await ann.mapper.send(topics.SYNC_BRAKES, ann.connection_id, settled)
    await ann.becomes(status="in_sync", brake=None)


async def test_restoring_puts_the_setting_back_together_with_the_answer_h4_c5(ann: Account) -> None:
    await ann.connect()
    path = f"/v1/connections/{ann.connection_id}"
    before = (await ann.becomes())["outbound_types"]
    changed = await ann.ask("PATCH", path, json={"outbound_types": ["call"]})
    assert changed.status_code == 200, changed.text
    about = {"connection_id": ann.connection_id, "brake_id": new_id()}
    item = BrakeItem(side="calendar", activity_id="a1", title="Lunch")
    asked = BrakeRequested(
        **ann.mapper.envelope(**about), pass_id="p1", items=(item,), total=30, restore=Restore(outbound_types=None)
    )
    await ann.mapper.send(topics.SYNC_BRAKES, ann.connection_id, asked)
    found = await ann.becomes(status="needs_confirmation")
    assert found["brake"]["total"] == 30
    answer = await ann.ask("POST", f"{path}/confirm", json={"brake_id": about["brake_id"], "action": "restore"})
    assert (answer.status_code, answer.json()["outbound_types"]) == (202, before)
    told = await ann.mapper.told(ann.connection_id, lambda one: one.brake_answer is not None)
    assert told.settings.outbound_types is None


@with_each
async def test_another_calendar_is_replayed_and_watched_a9(ann: Account) -> None:
    await ann.connect()
    new = {"id": f"team-{ann.email}", "summary": "Team", "role": "owner"}
    new = (await ann.control.post(f"/control/accounts/{ann.email}/calendars", json=new)).json()
    answer = await ann.ask("PATCH", f"/v1/connections/{ann.connection_id}", json={"calendar_id": new["id"]})
    assert answer.status_code == 200, answer.text
    await ann.mapper.told(ann.connection_id, lambda one: one.settings.calendar_id == new["id"])
    await ann.mapper.replay(ann.connection_id)
    await ann.becomes(status="in_sync", push="webhook")
    added = await ann.control.post(
        f"/control/accounts/{ann.email}/calendars/{new['id']}/events", json={"summary": "Standup"} | event_time()
    )
    assert added.status_code == 201, added.text
    told = await ann.mapper.wait_for(EventChanged, where=lambda one: one.event.fields.summary == "Standup")
    assert told[0].calendar_id == new["id"]
