"""All databases are lost and come back as they were yesterday, while calendars and the broker went on (K4)."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from sandbox.clients import Json, succeeded
from tests.simulation.tables import MemoryTable
from tests.support.stories import call, in_sync
from tests.unit.tandem.operating import Operator, operating

pytestmark = pytest.mark.timeout(120)
SERVICES = ("connector", "mapper", "activity-store")


@pytest.fixture
def tandem(monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    """A running system with an operator beside it."""
    with operating(11, monkeypatch) as operator:
        yield operator


def test_k4_yesterdays_backup_converges(tandem: Operator) -> None:
    """What happened since is in the calendars: only what these do not hold is lost, such as notes."""
    tandem.ground.run(_story(tandem))
    [report] = tandem.json("verify", "--all")["items"]
    assert (report["problem"], report["differences"], report["counts"]["equal"]) == (None, [], 4)
    tandem.ground.sound()


async def _story(tandem: Operator) -> None:
    world = tandem.world
    names = ("edited", "deleted in the CRM", "deleted in the calendar", "untouched")
    made = {name: await _linked(tandem, name) for name in names}
    events = {name: await world.event_of(one) for name, one in made.items()}
    backup = {key: dict(table.rows) for key, table in _tables(tandem).items()}
    tandem.ground.clock.forward(timedelta(days=1))
    await in_sync(world.sales, world.connection_id)

    await world.sales.change(made["edited"]["id"], subject="edited today")
    await world.event_becomes(events["edited"]["id"], summary="edited today")
    succeeded(await world.sales.store.delete(f"/v1/activities/{made['deleted in the CRM']['id']}"))
    await world.event_goes(events["deleted in the CRM"]["id"])
    await world.calendar.delete(events["deleted in the calendar"]["id"])
    await world.activity_goes(made["deleted in the calendar"]["id"])
    call_made = await _linked(tandem, "new in the CRM", note="a note of today")
    visit = await world.calendar.add(summary="new in the calendar", **_at(tandem, 5))
    visited = await world.activity_of(visit)
    await asyncio.sleep(60)

    await _restore(tandem, backup)
    await asyncio.sleep(60)
    await in_sync(world.sales, world.connection_id)
    await asyncio.sleep(60)
    page = succeeded(await world.sales.store.get("/v1/activities"))["items"]
    assert {one["id"]: (one["subject"], one["note"]) for one in page} == {
        made["edited"]["id"]: ("edited today", ""),
        made["untouched"]["id"]: ("untouched", ""),
        call_made["id"]: ("new in the CRM", ""),
        visited["id"]: ("new in the calendar", ""),
    }
    shown = {one["id"]: await world.calendar.event(one["id"]) for one in (*events.values(), visit)}
    titles = {name: event["summary"] for name, event in shown.items() if event}
    assert titles == {
        events["edited"]["id"]: "edited today",
        events["untouched"]["id"]: "untouched",
        visit["id"]: "new in the calendar",
    }


async def _linked(tandem: Operator, subject: str, note: str = "") -> Json:
    day = tandem.ground.clock.now().date() + timedelta(days=3)
    activity = await tandem.world.sales.add(**call(subject, due_date=str(day), note=note))
    return await tandem.world.linked(activity["id"])


def _at(tandem: Operator, ahead: int) -> Json:
    day = tandem.ground.clock.now().date() + timedelta(days=ahead)
    moments = ("start", "10:00:00"), ("end", "11:00:00")
    return {name: {"dateTime": f"{day}T{at}", "timeZone": "Europe/Berlin"} for name, at in moments}


def _tables(tandem: Operator) -> dict[tuple[str, str], MemoryTable]:
    tables = tandem.ground._system.database.tables
    return {key: table for key, table in tables.items() if key[0] in SERVICES}


async def _restore(tandem: Operator, backup: dict[tuple[str, str], dict[str, Json]]) -> None:
    """Stop the services, put the backup in the place of their databases, and start them with republishing."""
    system = tandem.ground._system
    for table in _tables(tandem).values():
        table.rows.clear()
        table._bytes.clear()
    for key, rows in backup.items():
        await system.database.tables[key].insert(list(rows.values()))
    system._owing |= set(SERVICES)
    for name in SERVICES:
        system._process(name).kill()
