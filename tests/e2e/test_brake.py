"""The brake (H4), with the whole system: too much at once is asked first, confirmed or restored."""

import asyncio
from collections.abc import Sequence

import pytest

from sandbox.clients import Json, succeeded
from tests.support.stories import WITHIN, World, call, timed
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(400)

MANY = 30
OTHERS = ["call", "meeting", "task", "email", "lunch"]
PATIENCE = 3 * WITHIN
"""Thirty items take longer than one."""


async def all_linked(synced: World, number: int) -> list[Json]:
    """Wait until so many activities have an event, and nothing is under way."""

    async def look() -> list[Json] | None:
        found = await synced.sales.activities(owner_id=synced.sales.user_id)
        active = [one for one in found if (one["sync"] or {}).get("state") == "active"]
        assert len(active) == number, f"{len(active)} of {len(found)} are linked"
        return found

    found: list[Json] = await wait_until(look, awaited=f"{number} linked activities", timeout=PATIENCE)
    await synced.sales.in_sync(synced.connection_id)
    return found


async def with_events(synced: World) -> list[Json]:
    """Let there be many events with their activities; return the events."""
    drafts = [{"summary": f"Event {number}", **timed(1 + number // 10)} for number in range(MANY)]
    path = f"/control/accounts/{synced.calendar.email}/calendars/primary"
    ids = succeeded(await synced.calendar.simulator.post(f"{path}/seed", json=drafts))
    await all_linked(synced, MANY)
    return [{"id": event_id} for event_id in ids]


async def delete_together(synced: World, events: Sequence[Json]) -> None:
    """Delete events so that one read finds them all: of the pushes only the last arrives."""
    lost = {"trap": "push.lost", "account": synced.calendar.email, "count": len(events) - 1}
    succeeded(await synced.calendar.simulator.post("/control/traps", json=lost))
    for event in events:
        await synced.calendar.delete(event["id"])


async def brake(synced: World, items: int) -> Json:
    """Wait until the connection asks for a confirmation of so many items."""

    async def look() -> Json | None:
        connection = await synced.sales.connection(synced.connection_id)
        assert connection["status"] == "needs_confirmation", connection
        return connection["brake"]  # type: ignore[no-any-return]

    asked: Json = await wait_until(look, awaited="needs_confirmation", timeout=PATIENCE)
    assert len(asked["items"]) == items
    return asked


async def confirm(synced: World, brake_id: str, action: str) -> Json:
    """Answer a brake."""
    path = f"/v1/connections/{synced.connection_id}/confirm"
    return succeeded(await synced.sales.connector.post(path, json={"brake_id": brake_id, "action": action}))


async def test_h4_many_deleted_events_wait_for_the_user_who_confirms(synced: World) -> None:
    await delete_together(synced, await with_events(synced))
    asked = await brake(synced, MANY)
    activities = await synced.sales.activities(owner_id=synced.sales.user_id)
    assert len(activities) == MANY
    assert {one["activity_id"] for one in asked["items"]} == {one["id"] for one in activities}
    decision = await synced.decided("H4", activity_id=activities[0]["id"])
    assert (decision["outcome"], bool(decision["remedy"])) == ("waiting", True)

    path = f"/v1/connections/{synced.connection_id}/confirm"
    old = await synced.sales.connector.post(path, json={"brake_id": "older", "action": "delete"})
    assert (old.status_code, old.json()["code"]) == (409, "brake_outdated")
    await confirm(synced, asked["id"], "delete")
    await synced.sales.in_sync(synced.connection_id)
    assert await synced.sales.activities(owner_id=synced.sales.user_id) == []
    again = await synced.sales.connector.post(path, json={"brake_id": asked["id"], "action": "restore"})
    assert again.json()["code"] == "brake_outdated"


async def test_h4_many_deleted_events_are_restored(synced: World) -> None:
    before = await with_events(synced)
    await delete_together(synced, before)
    asked = await brake(synced, MANY)
    await confirm(synced, asked["id"], "restore")
    await synced.sales.in_sync(synced.connection_id)
    activities = await all_linked(synced, MANY)
    events = [await synced.event_of(activity) for activity in activities]
    assert sorted(event["summary"] for event in events) == sorted(f"Event {number}" for number in range(MANY))
    assert not {event["id"] for event in events} & {event["id"] for event in before}


async def test_h4_c5_unselecting_a_type_of_many_activities_asks_and_restoring_puts_it_back(synced: World) -> None:
    drafts = [call(f"Task {number}", 1 + number // 10, type="deadline") for number in range(MANY)]
    await asyncio.gather(*(synced.sales.add(**draft) for draft in drafts))
    activities = await all_linked(synced, MANY)
    await synced.sales.settings(synced.connection_id, outbound_types=OTHERS)
    asked = await brake(synced, MANY)
    assert {one["side"] for one in asked["items"]} == {"calendar"}
    answered = await confirm(synced, asked["id"], "restore")
    assert set(answered["outbound_types"]) == {*OTHERS, "deadline"}
    await synced.sales.in_sync(synced.connection_id)
    for activity in activities:
        assert await synced.event_of(activity)

    await synced.sales.settings(synced.connection_id, outbound_types=OTHERS)
    asked = await brake(synced, MANY)
    await confirm(synced, asked["id"], "delete")
    await synced.sales.in_sync(synced.connection_id)
    decision = await synced.decided("C5", activity_id=activities[0]["id"])
    assert decision["outcome"] == "removed"
    link = await synced.sales.link(activity_id=activities[0]["id"])
    assert link
    assert (link["state"], link["reason"]) == ("closed", "filtered")
