"""Stopping and coming back, other calendars and other owners: nothing is doubled (K1, K2, K3, A8, A9)."""

import pytest

from sandbox.clients import Json, succeeded
from tests.support.providers import FEATURES
from tests.support.reconnecting import LONG, a_pair_of_each_origin, copied, ids, reconnected, stopped
from tests.support.stories import World, call, colleague_of
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(400)


async def test_k2_reconnecting_doubles_nothing_and_goes_on(synced: World) -> None:
    call_ben, visit = await a_pair_of_each_origin(synced)
    before = await ids(synced)
    again = await reconnected(await stopped(synced))
    assert await ids(again) == before
    await again.sales.change(call_ben["id"], subject="Call Ben again")
    await again.event_becomes((await again.event_of(call_ben))["id"], summary="Call Ben again")
    await again.calendar.change((await again.event_of(visit))["id"], location="Elsewhere")
    await again.activity_becomes(visit["id"], location="Elsewhere")
    assert await ids(again) == before


async def test_h2_k1_what_was_deleted_while_disconnected_is_noticed_on_reconnecting(synced: World) -> None:
    call_ben, visit = await a_pair_of_each_origin(synced)
    third = await synced.sales.add(**call("Deleted in the CRM", ahead=4))
    third_event = await synced.event_of(third)
    events = [await synced.event_of(call_ben), await synced.event_of(visit)]
    away = await stopped(synced)
    for event in events:
        await away.calendar.delete(event["id"])
    succeeded(await away.sales.store.delete(f"/v1/activities/{third['id']}"))
    again = await reconnected(away)
    await again.activity_goes(call_ben["id"])
    await again.activity_goes(visit["id"])
    await again.event_goes(third_event["id"])
    assert await ids(again) == ([], [])


@pytest.mark.parametrize("remove", ["activities", "events"])
async def test_k1_what_stopping_removes_is_no_deletion_and_comes_back(synced: World, remove: str) -> None:
    call_ben, visit = await a_pair_of_each_origin(synced)
    own, foreign = await synced.event_of(call_ben), await synced.event_of(visit)
    away = await stopped(synced, remove=remove)
    activities, events = await ids(away)
    assert activities == sorted([call_ben["id"], *([visit["id"]] if remove == "events" else [])])
    assert events == sorted([foreign["id"], *([own["id"]] if remove == "activities" else [])])
    again = await reconnected(away)

    async def back() -> bool:
        activities, events = await ids(again)
        assert activities == sorted([call_ben["id"], visit["id"]])
        assert len(events) == 2, events
        assert foreign["id"] in events
        return True

    await wait_until(back, awaited="both items back on both sides", timeout=LONG)


async def test_k1_what_could_not_be_removed_is_counted_and_said(synced: World) -> None:
    call_ben = await synced.sales.add(**call())
    event = await synced.event_of(call_ben)
    refused = {"trap": FEATURES.forbids, "parameters": FEATURES.refusal, "operation": FEATURES.deletes}
    trap = {**refused, "account": synced.calendar.email, "count": 9}
    succeeded(await synced.calendar.simulator.post("/control/traps", json=trap))
    away = await stopped(synced, remove="events")
    problem = (await away.sales.connection(away.connection_id))["last_problem"]
    assert problem["code"] == "left_behind"
    assert problem["detail"].startswith("1 ")
    assert await away.calendar.event(event["id"])


async def test_k3_a_copy_is_a_new_item_and_the_original_stays_linked(synced: World) -> None:
    call_ben = await synced.sales.add(**call())
    original = await synced.event_of(call_ben)
    copy = await copied(synced, original)
    twin = await synced.activity_of(copy)
    assert twin["id"] != call_ben["id"]
    before = await ids(synced)
    again = await reconnected(await stopped(synced))
    assert await ids(again) == before
    assert (await again.event_of(call_ben))["id"] == original["id"]


async def test_a9_another_calendar_takes_over_what_came_from_the_crm(synced: World) -> None:
    call_ben, visit = await a_pair_of_each_origin(synced)
    old, foreign = await synced.event_of(call_ben), await synced.event_of(visit)
    first = (await synced.sales.connection(synced.connection_id))["calendar_id"]
    team = {"id": f"team-{synced.company}", "summary": "Team", "role": "owner"}
    calendars = f"/control/accounts/{synced.calendar.email}/calendars"
    team = succeeded(await synced.calendar.simulator.post(calendars, json=team))
    mark = (await synced.journal())[-1]["n"]
    await synced.sales.settings(synced.connection_id, calendar_id=team["id"])
    await synced.event_goes(old["id"])
    in_team = await wait_until(lambda: of_calendar(synced, team["id"]), awaited="the event in Team", timeout=LONG)
    assert [one["summary"] for one in in_team] == [old["summary"]]
    assert await left_before_it_entered(synced, mark)
    await link_becomes(synced, visit, ("closed", "calendar_changed"))
    assert await synced.calendar.event(foreign["id"])
    assert await synced.sales.activity(visit["id"])
    await synced.sales.settings(synced.connection_id, calendar_id=first)
    await link_becomes(synced, visit, ("active", None))
    await wait_until(lambda: one_of_each(synced), awaited="one event for each activity", timeout=LONG)
    assert await of_calendar(synced, team["id"]) == []


async def test_a8_an_activity_is_handed_over_between_two_users(synced: World) -> None:
    call_ben, visit = await a_pair_of_each_origin(synced)
    own, foreign = await synced.event_of(call_ben), await synced.event_of(visit)
    async with colleague_of(synced) as other:
        for activity in (call_ben, visit):
            await synced.admin.change(activity["id"], owner_id="8")
        await synced.event_goes(own["id"])
        titles = ["Call Ben", "Visit"]

        async def theirs() -> bool:
            assert sorted(one["summary"] for one in await other.calendar.events()) == titles
            return True

        await wait_until(theirs, awaited="both in the colleague's calendar", timeout=LONG)
        assert [one["id"] for one in await synced.calendar.events()] == [foreign["id"]]


async def link_becomes(world: World, activity: Json, state: tuple[str, str | None]) -> None:
    """Wait until a link stands like this."""

    async def look() -> bool:
        link = await world.sales.link(activity_id=activity["id"])
        assert link is not None
        assert (link["state"], link["reason"]) == state, link
        return True

    await wait_until(look, awaited=f"the link of {activity['subject']!r} {state}", timeout=LONG)


async def of_calendar(world: World, calendar_id: str) -> list[Json]:
    """Return the events of another calendar that are not deleted."""
    path = f"/control/accounts/{world.calendar.email}/calendars/{calendar_id}/events"
    return [one for one in (await world.calendar.simulator.get(path)).json() if one.get("status") != "cancelled"]


async def one_of_each(world: World) -> bool:
    """Say that both activities have one event each in the first calendar."""
    assert sorted(one["summary"] for one in await world.calendar.events()) == ["Call Ben", "Visit"]
    return True


async def left_before_it_entered(world: World, mark: int) -> bool:
    """Tell whether the event left the old calendar before it entered the new one."""
    calls = [row["operation"] for row in await world.journal(mark)]
    return calls.index(FEATURES.deletes) < calls.index(FEATURES.creates)
