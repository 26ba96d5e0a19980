"""What operators see and do, over a whole system: connections, explanations, resync, comparison, keys, erasure."""

import asyncio
import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from contracts.catalogue import load_topics
from sandbox.clients import Json, succeeded
from tandem.errors import Exit
from tests.support.stories import call, in_sync
from tests.unit.tandem.operating import Operator, operating

CANARY = "Canary-7731"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def tandem(monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    """A running system with an operator beside it."""
    with operating(7, monkeypatch) as operator:
        yield operator


def synced_call(tandem: Operator) -> Json:
    """Return an activity that is in the calendar."""
    found: list[Json] = []

    async def add() -> None:
        day = tandem.ground.clock.now().date() + timedelta(days=1)
        activity = await tandem.world.sales.add(**call(CANARY, due_date=str(day)))
        await tandem.world.linked(activity["id"])
        found.append(activity)

    tandem.ground.run(add())
    return found[0]


def test_shows_how_things_stand_and_why(tandem: Operator) -> None:
    activity = synced_call(tandem)
    [connection] = tandem.json("connections")["items"]
    expected = (tandem.world.connection_id, "in_sync", "")
    assert (connection["id"], connection["status"], connection["advice"]) == expected
    table = tandem("connections")
    assert "in_sync" in table.stdout
    explained = tandem.json("explain", activity["id"])
    assert explained["links"][0]["state"] == "active"
    assert explained["items"][0]["outcome"] == "synced"
    by_event = tandem.json("explain", explained["links"][0]["event_id"])
    assert by_event["links"][0]["activity_id"] == activity["id"]
    assert "Canary" not in json.dumps([explained, by_event])
    assert tandem.failure("explain", "nothing-like-it").code is Exit.NOT_FOUND


def test_reads_both_sides_anew_and_finds_them_equal(tandem: Operator) -> None:
    activity = synced_call(tandem)
    assert tandem.json("resync", tandem.world.connection_id, "--wait", "60")["status"] == "in_sync"
    [report] = tandem.json("verify", "--all")["items"]
    assert report["differences"] == []
    assert report["counts"]["equal"] >= 1
    assert "0 differences in 1 connections" in tandem("verify", tandem.world.connection_id).stdout
    tandem.ground.run(_lose_the_event(tandem, activity))
    done = tandem("verify", tandem.world.connection_id, "--json", "--settle", "0")
    assert done.exit_code == Exit.FOUND, done.stdout
    [lost] = json.loads(done.stdout)["items"][0]["differences"]
    assert (lost["kind"], lost["activity_id"]) == ("only_in_crm", activity["id"])


async def _lose_the_event(tandem: Operator, activity: Json) -> None:
    """Delete its event while pushes get lost and no poll is due yet."""
    event = await tandem.world.event_of(activity)
    trap = {"trap": "push.lost", "account": tandem.world.calendar.email, "count": 9}
    succeeded(await tandem.world.calendar.simulator.post("/control/traps", json=trap))
    await tandem.world.calendar.delete(event["id"])


def test_seals_credentials_anew(tandem: Operator) -> None:
    done = tandem.json("rotate-keys")
    assert (done["checked"], done["resealed"], done["unreadable"]) == (1, 0, [])


def test_is_for_operators_and_partly_for_administrators(tandem: Operator) -> None:
    for role in ("regular", "admin"):
        for command in (["verify", tandem.world.connection_id], ["rotate-keys"], ["explain", "x"]):
            assert tandem.failure(*command, role=role).code is Exit.NOT_ALLOWED
    assert tandem.failure("connections", role="regular").code is Exit.NOT_ALLOWED
    assert tandem.failure("resync", tandem.world.connection_id, role="regular").code is Exit.NOT_ALLOWED
    seen = json.loads(tandem("connections", "--json", role="admin").stdout)["items"]
    assert [one["id"] for one in seen] == [tandem.world.connection_id]
    assert tandem.failure("connections", "--company", "other", role="admin").code is Exit.NOT_ALLOWED


def test_erases_a_person_everywhere(tandem: Operator) -> None:
    activity = synced_call(tandem)
    tandem.ground.run(_leave_traces(tandem))
    for canary in (CANARY, tandem.world.calendar.email):
        assert databases(tandem, canary)
    done = tandem.json("erase", "7", "--company", tandem.world.company)
    assert [step["service"] for step in done["steps"]] == ["connector", "mapper", "activity-store"]
    assert all(step["erased"] for step in done["steps"])
    tandem.ground.run(asyncio.sleep(120))
    for canary in (CANARY, tandem.world.calendar.email, "Grace Salesperson"):
        assert databases(tandem, canary) == set()
        assert canary not in "".join(kept_for_good(tandem))
    assert tandem.json("connections", "--stopped")["items"] == []
    assert tandem.failure("explain", activity["id"]).code is Exit.NOT_FOUND
    again = tandem.json("erase", "7", "--company", tandem.world.company)
    numbers = {"connections", "traffic"}  # counted anew, the second by what a process still had in hand
    assert all(set(step["erased"]) <= numbers for step in again["steps"]), again["steps"]
    tandem.ground.run(_come_back(tandem))
    tandem.ground.sound()


def test_erases_a_company_and_leaves_the_others(tandem: Operator) -> None:
    company, other = tandem.world.company, "another"
    synced_call(tandem)
    tandem.ground.run(_leave_traces(tandem))
    tandem.ground.run(_company_traces(tandem, other))
    asked = {"company_id": company, "everyone": True}
    for role, code in (("admin", Exit.NOT_ALLOWED), ("regular", Exit.NOT_ALLOWED)):
        assert tandem.failure("erase", "--company", company, "--everyone", "--yes", role=role).code is code
    assert tandem.failure("erase", "--company", company).code is Exit.USAGE
    done = tandem.json("erase", "--company", company, "--everyone")
    assert (done["done"], done["user_id"], done["company_id"]) == (True, None, asked["company_id"])
    assert {step["service"] for step in done["steps"] if step["erased"]} == {"connector", "mapper", "activity-store"}
    tandem.ground.run(asyncio.sleep(120))
    for canary in (CANARY, tandem.world.calendar.email, "Grace Salesperson"):
        assert databases(tandem, canary) == set()
        assert canary not in "".join(kept_for_good(tandem))
    kept = {"activity-store.linked_items", "activity-store.activity_types", "connector.company_types"}
    assert databases(tandem, "Untouched-9") == kept
    tandem.ground.sound()


async def _company_traces(tandem: Operator, other: str) -> None:
    """Leave what a company has beside its people; another one has the like."""
    world = tandem.world
    async with tandem.ground.way.salesperson("1", other, "admin") as neighbour:
        for admin, name in ((world.admin, CANARY), (neighbour, "Untouched-9")):
            succeeded(await admin.store.put("/v1/linked-items/deal/d1", json={"name": name}))
            succeeded(await admin.store.post("/v1/activity-types", json={"name": name}))
    await asyncio.sleep(30)


async def _leave_traces(tandem: Operator) -> None:
    """Leave what else is kept of a person: an answer to a repeated request, decisions, a tombstone, parked work."""
    world = tandem.world
    user = {"name": "Grace Salesperson", "email": world.calendar.email, "tz": "Europe/Berlin"}
    succeeded(await world.admin.store.put("/v1/users/7", json=user))
    day = tandem.ground.clock.now().date() + timedelta(days=2)
    body = call(f"{CANARY} note", due_date=str(day), note=CANARY, attendees=[{"email": f"{CANARY}@example.com"}])
    created = await world.sales.store.post("/v1/activities", json=body, headers={"Idempotency-Key": "once"})
    gone = succeeded(created)
    await world.linked(gone["id"])
    succeeded(await world.sales.store.delete(f"/v1/activities/{gone['id']}"))
    await world.calendar.add(summary=f"{CANARY} visit", **timed_on(day))


def timed_on(day: date) -> Json:
    """Return the start and end of a Google event of an hour."""
    moments = ("start", "10:00:00"), ("end", "11:00:00")
    return {name: {"dateTime": f"{day}T{at}", "timeZone": "Europe/Berlin"} for name, at in moments}


async def _come_back(tandem: Operator) -> None:
    """Sync again as a new user of the same id: erasing is over, and hinders nobody."""
    world = tandem.world
    user = {"name": "New", "email": world.calendar.email, "tz": "Europe/Berlin"}
    succeeded(await world.admin.store.put("/v1/users/7", json=user))
    connection = await world.sales.connect(world.calendar.email)
    await in_sync(world.sales, connection["id"])


def databases(tandem: Operator, text: str) -> set[str]:
    """Return the collections of the services that hold a text."""
    named = {name for name in tandem.ground.mentions(text) if name.count(".") == 1}
    return {name for name in named if name.partition(".")[0] in {"connector", "mapper", "activity-store"}}


def kept_for_good(tandem: Operator) -> list[str]:
    """Return the records that compaction leaves: the last of each key."""
    compacted = {topic.name for topic in load_topics() if topic.cleanup_policy == "compact"}
    last = {(one.topic, one.key): one for one in tandem.ground.records() if one.topic in compacted}
    return [(one.value or b"").decode() for one in last.values()]
