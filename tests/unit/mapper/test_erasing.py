"""A person is erased in the mapper: nothing of him is left, and what was on its way leaves nothing again."""

import inspect
from dataclasses import fields
from datetime import UTC, datetime

import pytest

from contracts import topics
from contracts.erasures import ErasedConnection, ErasureMessage, ErasureRequested, ErasureStepDone
from mapper.adapters.collections import Collections
from mapper.application.connections import erasing
from tests.support.bench import as_written
from tests.support.mapper_world import COMPANY, CONNECTION, USER, World

CANARY = "canary-4711"


def step(world: World, service: str = "connector", version: int = 99) -> ErasureStepDone:
    body = world.envelope() | {"erasure_id": "e", "run": "r", "user_id": USER, "service": service}
    told = ErasedConnection(id=CONNECTION, user_id=USER, version=version, settings_version=50)
    return ErasureStepDone.model_validate(body | {"connections": (told,)})


def mentions(world: World, text: str) -> list[str]:
    tables = [documents._table for documents in world.database.collections]
    return [one.name for one, table in zip(world.database.collections, tables, strict=True) if table.mentions(text)]  # type: ignore[attr-defined]


def passed_on(world: World) -> list[ErasureMessage]:
    return [one for (topic, _), queue in world.queues.items() if topic == topics.ERASURES for one in queue]  # type: ignore[misc]


@pytest.fixture
async def world() -> World:
    """A connection at rest with an item of either origin, and one on its way."""
    made = World(as_written)
    made.calendar.create("e1", summary=CANARY, location=CANARY)
    made.crm.create("a1", subject=f"call {CANARY}")
    await made.settle()
    assert mentions(made, CANARY)
    return made


async def test_nothing_is_left_and_the_next_service_hears_of_it(world: World) -> None:
    await world.mapper.erasing.take(step(world))
    assert mentions(world, CANARY) == []
    assert mentions(world, "example.com") == []
    [done] = passed_on(world)
    assert isinstance(done, ErasureStepDone)
    assert (done.service, done.company_id, done.run) == ("mapper", COMPANY, "r")
    assert {one.collection: one.count for one in done.erased} == {"connections": 1, "links": 2}


async def test_what_was_on_its_way_leaves_nothing(world: World) -> None:
    world.calendar.create("late", summary=CANARY)
    world.calendar.tell("late")
    world.crm.create("late", subject=f"late {CANARY}")
    await world.mapper.erasing.take(step(world))
    world.configure(timezone="Europe/Paris")  # a message that is older than the erasure
    world.queues = {name: queue for name, queue in world.queues.items() if name[0] != topics.ERASURES}
    await world.exhaust()
    assert mentions(world, CANARY) == []
    assert await world.links() == []


async def test_it_is_its_turn_when_the_connector_has_done_its_part(world: World) -> None:
    asked = ErasureRequested.model_validate(world.envelope() | {"erasure_id": "e", "run": "r", "user_id": USER})
    await world.mapper.erasing.take(asked)
    await world.mapper.erasing.take(step(world, "mapper"))
    assert mentions(world, CANARY)
    assert passed_on(world) == []


async def test_it_looks_once_more_when_the_store_has_ended(world: World) -> None:
    await world.mapper.erasing.take(step(world, "activity-store"))
    assert await world.links() == []
    assert passed_on(world) == []


async def test_a_person_of_whom_it_never_heard_is_erased_too() -> None:
    world = World(as_written)
    await world.mapper.erasing.take(step(world))
    [kept] = await world.collections.connections.find({})
    assert (kept.status, kept.source_version, kept.settings_version) == ("stopped", 99, 50)
    assert kept.coverage.connected_at == datetime.fromtimestamp(0, UTC)


KEPT = {
    "large_passes": "ids and numbers of a pass, for seven days",
    "deletions": "ids of a pass's events, for seven days",
    "link_by_event": "a look-up",
    "connections_of": "a look-up",
}


def test_every_collection_is_erased_or_named_with_a_reason() -> None:
    source = inspect.getsource(erasing)
    assert {one.name for one in fields(Collections) if f"collections.{one.name}." not in source} == set(KEPT)
