"""The mapper's database is lost: links are rebuilt from markers and ids, and nothing is doubled (K2, D8)."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpx
import pytest
from pymongo import MongoClient

from sandbox.clients import Json
from tests.support.reconnecting import LONG, a_pair_of_each_origin, copied, ids, reconnected, stopped, told_state
from tests.support.sandboxes import Sandbox, empty_sandbox
from tests.support.stories import World, call, connected
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(400)


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


async def test_k2_d8_the_mappers_database_is_lost(forgetful: Sandbox, known: World) -> None:
    call_ben, visit = await a_pair_of_each_origin(known)
    original = await known.event_of(call_ben)
    copy = await copied(known, original)
    twin = await known.activity_of(copy)
    kept = await a_kept_activity(known)
    gone, gone_event = await deleted_unseen(known)
    before = await ids(known)
    with mapper_losing_its_database(forgetful, known):
        await known.calendar.delete(gone_event["id"])
    await rebuilt(known, call_ben, visit, twin, kept)
    await known.activity_goes(gone["id"])
    after = await ids(known)
    assert after[0] == [one for one in before[0] if one != gone["id"]]
    assert after[1] == [one for one in before[1] if one != gone_event["id"]]
    assert (await known.event_of(call_ben))["id"] == original["id"]
    link = await known.sales.link(activity_id=kept["id"])
    assert link is not None
    assert (link["state"], link["reason"]) == ("closed", "kept")
    await known.sales.change(call_ben["id"], subject="Still in sync")
    await known.event_becomes(original["id"], summary="Still in sync")
    await known.calendar.change((await known.event_of(visit))["id"], summary="Both ways")
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


async def a_kept_activity(world: World) -> Json:
    """Return an activity whose event was deleted, and which was kept (H1)."""
    kept = await world.sales.add(**call("Kept", ahead=5))
    event = await world.event_of(kept)
    await world.sales.settings(world.connection_id, on_event_deleted="keep")
    await world.calendar.delete(event["id"])
    await told_state(world, kept, "closed")
    await world.sales.settings(world.connection_id, on_event_deleted="delete")
    return kept


async def deleted_unseen(world: World) -> tuple[Json, Json]:
    """Return a linked activity and its event, for the event to be deleted while the mapper is away."""
    activity = await world.sales.add(**call("Deleted unseen", ahead=6))
    event = await world.event_of(activity)
    await told_state(world, activity, "active")
    return activity, event


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
            try:
                return await world.sales.link(activity_id=activity["id"]) is not None
            except httpx.TransportError:  # it has not started again yet
                return False

        await wait_until(linked, awaited=f"{activity['subject']!r} to be linked again", timeout=LONG)
    await world.sales.in_sync(world.connection_id)
