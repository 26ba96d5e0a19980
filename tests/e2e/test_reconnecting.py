"""Stopping and coming back, also after the mapper's database was lost: nothing is doubled (K1, K2, K3, D8, A8, A9)."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import pytest
from pymongo import MongoClient

from sandbox.clients import GooglePerson, Json, Salesperson, succeeded
from sandbox.stage import service_urls
from tests.support.sandboxes import Sandbox, empty_sandbox
from tests.support.stories import World, call, connected, timed
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(400)

LONG = 90.0


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox whose mapper loses its database."""
    with empty_sandbox(tmp_path_factory.mktemp("forgetful") / "sandbox") as running:
        yield running


@pytest.fixture
async def known(forgetful: Sandbox, unique: str) -> AsyncIterator[World]:
    """A connected company in that sandbox."""
    async with connected(forgetful.folder, unique) as opened:
        yield opened


async def test_k2_reconnecting_doubles_nothing_and_goes_on(synced: World) -> None:
    call_ben, visit = await a_pair_of_each_origin(synced)
    before = await ids(synced)
    again = await reconnected(await stopped(synced))
    assert await ids(again) == before
    await again.sales.change(call_ben["id"], subject="Call Ben again")
    await again.event_becomes((await again.event_of(call_ben))["id"], summary="Call Ben again")
    await again.google.change((await again.event_of(visit))["id"], location="Elsewhere")
    await again.activity_becomes(visit["id"], location="Elsewhere")
    assert await ids(again) == before


async def test_h2_k1_what_was_deleted_while_disconnected_is_noticed_on_reconnecting(synced: World) -> None:
    call_ben, visit = await a_pair_of_each_origin(synced)
    third = await synced.sales.add(**call("Deleted in the CRM", ahead=4))
    third_event = await synced.event_of(third)
    events = [await synced.event_of(call_ben), await synced.event_of(visit)]
    away = await stopped(synced)
    for event in events:
        await away.google.delete(event["id"])
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
    trap = {"trap": "fault.403_forbidden", "account": synced.google.email, "operation": "*events.delete", "count": 9}
    succeeded(await synced.google.google.post("/control/traps", json=trap))
    away = await stopped(synced, remove="events")
    problem = (await away.sales.connection(away.connection_id))["last_problem"]
    assert problem["code"] == "left_behind"
    assert problem["detail"].startswith("1 ")
    assert await away.google.event(event["id"])


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


async def test_k2_d8_the_mappers_database_is_lost(forgetful: Sandbox, known: World) -> None:
    call_ben, visit = await a_pair_of_each_origin(known)
    original = await known.event_of(call_ben)
    copy = await copied(known, original)
    twin = await known.activity_of(copy)
    kept = await a_kept_activity(known)
    gone, gone_event = await deleted_unseen(known)
    before = await ids(known)
    with mapper_losing_its_database(forgetful, known):
        await known.google.delete(gone_event["id"])
    await known.activity_goes(gone["id"])
    await rebuilt(known, call_ben, visit, twin, kept)
    after = await ids(known)
    assert after[0] == [one for one in before[0] if one != gone["id"]]
    assert after[1] == [one for one in before[1] if one != gone_event["id"]]
    assert (await known.event_of(call_ben))["id"] == original["id"]
    link = await known.sales.link(activity_id=kept["id"])
    assert link is not None
    assert (link["state"], link["reason"]) == ("closed", "kept")
    await known.sales.change(call_ben["id"], subject="Still in sync")
    await known.event_becomes(original["id"], summary="Still in sync")
    await known.google.change((await known.event_of(visit))["id"], summary="Both ways")
    await known.activity_becomes(visit["id"], subject="Both ways")


async def test_k1_k2_the_mappers_database_is_lost_while_stopped(forgetful: Sandbox, known: World) -> None:
    call_ben, visit = await a_pair_of_each_origin(known)
    foreign = await known.event_of(visit)
    before = await ids(known)
    away = await stopped(known, remove="activities")
    with mapper_losing_its_database(forgetful, known):
        pass
    again = await reconnected(away)
    await again.activity_becomes(visit["id"], subject="Visit")
    assert (await again.event_of(visit))["id"] == foreign["id"]
    await again.sales.change(call_ben["id"], subject="Still in sync")
    await again.event_becomes((await again.event_of(call_ben))["id"], summary="Still in sync")
    assert await ids(again) == before


async def test_a9_another_calendar_takes_over_what_came_from_the_crm(synced: World) -> None:
    call_ben, visit = await a_pair_of_each_origin(synced)
    old, foreign = await synced.event_of(call_ben), await synced.event_of(visit)
    first = (await synced.sales.connection(synced.connection_id))["settings"]["calendar_id"]
    team = {"id": f"team-{synced.company}", "summary": "Team", "role": "owner"}
    succeeded(await synced.google.google.post(f"/control/accounts/{synced.google.email}/calendars", json=team))
    mark = (await synced.journal())[-1]["n"]
    await synced.sales.settings(synced.connection_id, calendar_id=team["id"])
    await synced.event_goes(old["id"])
    in_team = await wait_until(lambda: of_calendar(synced, team["id"]), awaited="the event in Team", timeout=LONG)
    assert [one["summary"] for one in in_team] == [old["summary"]]
    assert await left_before_it_entered(synced, mark)
    await link_becomes(synced, visit, ("closed", "calendar_changed"))
    assert await synced.google.event(foreign["id"])
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
            await synced.sales.change(activity["id"], owner_id="8")
        await synced.event_goes(own["id"])
        titles = ["Call Ben", "Visit"]

        async def theirs() -> bool:
            assert sorted(one["summary"] for one in await other.google.events()) == titles
            return True

        await wait_until(theirs, awaited="both in the colleague's calendar", timeout=LONG)
        assert [one["id"] for one in await synced.google.events()] == [foreign["id"]]


async def a_pair_of_each_origin(world: World) -> tuple[Json, Json]:
    """Return an activity born in the CRM and one born in the calendar, both linked and at rest."""
    call_ben = await world.sales.add(**call())
    await world.event_of(call_ben)
    visit = await world.activity_of(await world.google.add(summary="Visit", **timed(ahead=2)))
    for activity in (call_ben, visit):
        await told_state(world, activity, "active")
    return call_ben, visit


async def a_kept_activity(world: World) -> Json:
    """Return an activity whose event was deleted, and which was kept (H1)."""
    kept = await world.sales.add(**call("Kept", ahead=5))
    event = await world.event_of(kept)
    await world.sales.settings(world.connection_id, on_event_deleted="keep")
    await world.google.delete(event["id"])
    await told_state(world, kept, "closed")
    await world.sales.settings(world.connection_id, on_event_deleted="delete")
    return kept


async def deleted_unseen(world: World) -> tuple[Json, Json]:
    """Return a linked activity and its event, for the event to be deleted while the mapper is away."""
    activity = await world.sales.add(**call("Deleted unseen", ahead=6))
    event = await world.event_of(activity)
    await told_state(world, activity, "active")
    return activity, event


async def told_state(world: World, activity: Json, state: str) -> None:
    """Wait until the activity itself says how its link stands."""

    async def look() -> bool:
        now = await world.sales.activity(activity["id"])
        assert now is not None
        assert now["sync"] is not None
        assert now["sync"]["state"] == state, now["sync"]
        return True

    await wait_until(look, awaited=f"{activity['subject']!r} {state}", timeout=LONG)


async def link_becomes(world: World, activity: Json, state: tuple[str, str | None]) -> None:
    """Wait until a link stands like this."""

    async def look() -> bool:
        link = await world.sales.link(activity_id=activity["id"])
        assert link is not None
        assert (link["state"], link["reason"]) == state, link
        return True

    await wait_until(look, awaited=f"the link of {activity['subject']!r} {state}", timeout=LONG)


async def copied(world: World, event: Json) -> Json:
    """Copy an event as Google's page does, private properties included."""
    path = f"/control/accounts/{world.google.email}/calendars/primary/events/{event['id']}/copy"
    return succeeded(await world.google.google.post(path, json={"summary": "A copy"}))


async def stopped(world: World, remove: str = "none") -> World:
    """Stop the connection and wait for its end."""
    answer = await world.sales.connector.delete(f"/v1/connections/{world.connection_id}", params={"remove": remove})
    succeeded(answer)

    async def look() -> bool:
        assert (await world.sales.connection(world.connection_id))["status"] == "stopped"
        return True

    await wait_until(look, awaited="the connection to be stopped", timeout=LONG)
    return world


async def reconnected(world: World) -> World:
    """Connect the same account again and wait until it is in sync."""
    connection = await world.sales.connect(world.google.email)
    await world.sales.in_sync(connection["id"])
    return replace(world, connection_id=connection["id"])


async def ids(world: World) -> tuple[list[str], list[str]]:
    """Return the ids of all that is on either side."""
    activities, events = await world.sales.activities(owner_id="7"), await world.google.events()
    return sorted(one["id"] for one in activities), sorted(one["id"] for one in events)


async def of_calendar(world: World, calendar_id: str) -> list[Json]:
    """Return the events of another calendar that are not deleted."""
    path = f"/control/accounts/{world.google.email}/calendars/{calendar_id}/events"
    return [one for one in (await world.google.google.get(path)).json() if one.get("status") != "cancelled"]


async def one_of_each(world: World) -> bool:
    """Say that both activities have one event each in the first calendar."""
    assert sorted(one["summary"] for one in await world.google.events()) == ["Call Ben", "Visit"]
    return True


async def left_before_it_entered(world: World, mark: int) -> bool:
    """Tell whether the event left the old calendar before it entered the new one."""
    calls = [row["operation"] for row in await world.journal(mark)]
    return calls.index("calendar.events.delete") < calls.index("calendar.events.insert")


@contextmanager
def mapper_losing_its_database(running: Sandbox, world: World) -> Iterator[None]:
    """Hold the mapper, drop its database, and kill it at the end: what starts in its place knows nothing."""
    mapper = running.pid_of("-m mapper")
    os.kill(mapper, signal.SIGSTOP)
    with MongoClient[Json](world.settings["TANDEM_MONGO_URL"]) as client:
        client.drop_database("tandem_mapper")
    try:
        yield
    finally:
        os.kill(mapper, signal.SIGKILL)


async def rebuilt(world: World, *activities: Json) -> None:
    """Wait until each activity has a link again, and the connection says that it is in sync."""
    for activity in activities:

        async def linked(activity: Json = activity) -> bool:
            return await world.sales.link(activity_id=activity["id"]) is not None

        await wait_until(linked, awaited=f"{activity['subject']!r} to be linked again", timeout=LONG)
    await world.sales.in_sync(world.connection_id)


@asynccontextmanager
async def colleague_of(world: World) -> AsyncIterator[World]:
    """Open another user of the same company, with a connected calendar of his own."""
    email = f"colleague-{world.google.email}"
    urls = service_urls(world.settings)
    async with Salesperson(world.settings, urls, sub="8", company=world.company, role="regular") as sales:
        person = GooglePerson(world.google.google, email)
        await person.sign_up("Colleague", "Europe/Berlin")
        user = {"name": "Colleague", "email": email, "tz": "Europe/Berlin"}
        succeeded(await world.admin.store.put("/v1/users/8", json=user))
        connection = await sales.connect(email)
        await sales.in_sync(connection["id"])
        yield replace(world, sales=sales, google=person, connection_id=connection["id"])
