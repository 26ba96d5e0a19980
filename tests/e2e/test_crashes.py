"""kill -9 in the middle of a burst, then start again: everything converges, nothing is lost or doubled (K4).

The supervisor starts again what died; a test of its own hurts one part of a sandbox that is shared by these tests
alone. The embedded broker forgets everything: there the services publish their state anew and both sides are replayed.
Apache Kafka (TEST_INFRA=kafka) keeps everything: there the services live through the outage and are told nothing.
"""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.clients import Json
from tests.support.sandboxes import PARTS, Sandbox, empty_sandbox
from tests.support.stories import World, call, connected, timed
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(400)

BURST = 10
RECOVERY = 90.0


@pytest.fixture(scope="module")
def hurt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox whose parts are killed."""
    with empty_sandbox(tmp_path_factory.mktemp("crashes") / "sandbox") as running:
        yield running


@pytest.fixture
async def burdened(hurt: Sandbox, unique: str) -> AsyncIterator[World]:
    """A connected company in that sandbox."""
    folder: Path = hurt.folder
    async with connected(folder, unique) as opened:
        yield opened


async def test_k4_the_connector_is_killed(hurt: Sandbox, burdened: World) -> None:
    await survives(hurt, burdened, "connector")


async def test_k4_the_mapper_is_killed(hurt: Sandbox, burdened: World) -> None:
    await survives(hurt, burdened, "mapper")


async def test_k4_the_activity_store_is_killed(hurt: Sandbox, burdened: World) -> None:
    await survives(hurt, burdened, "activity-store")


async def test_k4_the_database_is_killed(hurt: Sandbox, burdened: World) -> None:
    await survives(hurt, burdened, "database")


async def test_k4_the_broker_is_killed(hurt: Sandbox, burdened: World) -> None:
    await survives(hurt, burdened, "broker")


async def survives(hurt: Sandbox, world: World, part: str) -> None:
    """Kill a part in the middle of a burst on both sides; every acknowledged item ends on both, once."""
    acknowledged = asyncio.create_task(burst(world))
    os.kill(hurt.pid_of(PARTS[part]), signal.SIGKILL)
    titles = await acknowledged

    async def equal() -> bool:
        crm, calendar = await both_sides(world)
        assert crm == calendar == titles, {"crm": titles - crm + (crm - titles), "calendar": titles - calendar}
        return True

    await wait_until(equal, awaited=f"both sides equal after the {part} was killed", timeout=RECOVERY, every=0.2)
    await world.sales.in_sync(world.connection_id)
    assert await equal()


async def burst(world: World) -> Counter[str]:
    """Create items on both sides one by one; return the titles of those that were acknowledged."""
    titles: Counter[str] = Counter()
    for number in range(BURST):
        event = await world.calendar.add(summary=f"event {number}", **timed(number + 1))
        titles[event["summary"]] += 1
        if activity := await try_to_add(world, number):
            titles[activity["subject"]] += 1
    return titles


async def try_to_add(world: World, number: int) -> Json | None:
    """Create an activity with an idempotency key, asking again until it is acknowledged."""
    headers = {"Idempotency-Key": f"{world.company}-{number}"}

    async def ask() -> Json | None:
        try:
            body = call(f"activity {number}", ahead=number + 1)
            answer = await world.sales.store.post("/v1/activities", json=body, headers=headers)
        except httpx.TransportError:
            return None
        return dict(answer.json()) if answer.status_code == 201 else None

    return await wait_until(ask, awaited=f"activity {number} to be acknowledged", timeout=RECOVERY, every=0.1)


async def both_sides(world: World) -> tuple[Counter[str], Counter[str]]:
    """Return the titles on both sides."""
    activities, events = await world.sales.activities(owner_id="7"), await world.calendar.events()
    return Counter(one["subject"] for one in activities), Counter(one["summary"] for one in events)
