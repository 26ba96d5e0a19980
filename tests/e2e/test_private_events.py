"""Private events in a running system (G2): what they say is in no database, no later message and no log."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from pymongo import MongoClient

from contracts.catalogue import all_topics
from sandbox.clients import Json, succeeded
from tests.support.stories import WITHIN, World, connected, timed
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(240)


def secret_event(canary: str) -> Json:
    """A private event that says something everywhere."""
    return {
        "summary": f"{canary} title",
        "location": f"{canary} place",
        "description": f"{canary} text",
        "attendees": [{"email": f"{canary}@example.com", "displayName": f"{canary} guest"}],
        "visibility": "private",
        **timed(),
    }


def in_databases(world: World, canary: str) -> list[str]:
    """Return the collections of all services in which the canary is."""
    client: MongoClient[dict[str, Any]] = MongoClient(world.settings["TANDEM_MONGO_URL"])
    with client:
        names = set(client.list_database_names()) - {"admin", "config", "local"}
        assert len(names) >= 3, names
        collections = [client[name][one] for name in names for one in client[name].list_collection_names()]
        return [one.full_name for one in collections if canary in repr(list(one.find())).lower()]


async def is_in_databases(world: World, canary: str, *names: str) -> None:
    """Wait until the canary is in these collections; what a provider has seen is noted a moment later."""

    def there() -> bool:
        known = " ".join(in_databases(world, canary))
        assert all(name in known for name in names), known
        return True

    await wait_until(there, awaited="the canary to be known", timeout=WITHIN)


def in_logs(folder: Path, canary: str) -> list[str]:
    """Return the log files in which the canary is; Kafka's segments, named likewise, end with their retention."""
    logs = list((folder / "logs").glob("*.log"))
    assert logs, "the sandbox keeps logs"
    return [str(log) for log in logs if canary in log.read_text(errors="replace").lower()]


@asynccontextmanager
async def listening(world: World) -> AsyncIterator[AIOKafkaConsumer]:
    """Listen to everything that is published from now on."""
    names = [topic.name for topic in all_topics()]
    consumer = AIOKafkaConsumer(*names, bootstrap_servers=world.settings["TANDEM_KAFKA_BOOTSTRAP"])
    await consumer.start()
    try:
        await consumer.seek_to_end()
        for part in consumer.assignment():
            await consumer.position(part)
        yield consumer
    finally:
        await consumer.stop()


async def heard(consumer: AIOKafkaConsumer) -> list[str]:
    """Return what was published since."""
    batches = await consumer.getmany(timeout_ms=2000)
    return [str(record.value).lower() for records in batches.values() for record in records]


async def is_masked(world: World, activity_id: str) -> None:
    """Wait until an activity shows nothing of its event."""
    await world.activity_becomes(
        activity_id,
        subject="Private",
        location="",
        public_description="",
        attendees=[],
        participants=[],
        conference_meeting_url=None,
        private=True,
    )


async def is_nowhere(world: World, folder: Path, canary: str) -> None:
    """Wait until the canary has left all databases; the logs never had it."""

    def gone() -> bool:
        left = in_databases(world, canary)
        assert not left, left
        return True

    await wait_until(gone, awaited="the canary to be gone", timeout=WITHIN)
    assert in_logs(folder, canary) == []


async def test_g2_hiding_private_events_scrubs_everything_and_showing_them_brings_it_back(
    folder: Path, unique: str
) -> None:
    canary = f"canary{unique}".lower().replace("_", "")
    async with connected(folder, unique, private_events="public", invite_guests=True) as world:
        guest = "/v1/linked-items/person/6"
        succeeded(await world.admin.store.put(guest, json={"name": "Ann", "emails": [f"{canary}@EXAMPLE.com"]}))
        event = await world.calendar.add(**secret_event(canary))
        activity = await world.activity_of(event)
        assert [one["person_id"] for one in activity["participants"]] == ["6"], "F5"
        await world.sales.change(activity["id"], public_description=f"{canary} from the CRM")
        await world.event_becomes(event["id"], description=f"{canary} from the CRM")
        succeeded(await world.admin.store.put(guest, json={"name": "Ann"}))
        await is_in_databases(world, canary, "links", "activities", "answers")

        await world.sales.settings(world.connection_id, private_events="private")
        await is_masked(world, activity["id"])
        await is_nowhere(world, folder, canary)
        refused = await world.sales.store.patch(f"/v1/activities/{activity['id']}", json={"subject": "Mine"})
        assert (refused.status_code, refused.json()["code"]) == (409, "private_read_only")

        async with listening(world) as consumer:
            later = timed(ahead=3)
            await world.calendar.change(event["id"], summary=f"{canary} again", **later)
            await world.activity_becomes(activity["id"], due_date=later["start"]["dateTime"][:10])
            said = await heard(consumer)
        assert said, "the change was published"
        assert [one for one in said if canary in one] == []
        await is_nowhere(world, folder, canary)
        shown = await world.calendar.event(event["id"])
        assert shown is not None
        assert shown["summary"] == f"{canary} again", "never written back"

        await world.sales.settings(world.connection_id, private_events="public")
        await world.activity_becomes(
            activity["id"], subject=f"{canary} again", location=f"{canary} place", private=False
        )

        await world.sales.settings(world.connection_id, private_events="skip")
        await is_masked(world, activity["id"])
        await world.decided("G2", activity_id=activity["id"])
        await is_nowhere(world, folder, canary)


async def test_g2_an_event_that_turns_private_leaves_nothing_behind(folder: Path, unique: str) -> None:
    canary = f"canary{unique}".lower().replace("_", "")
    async with connected(folder, unique) as world:
        rule = {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=2"]}
        single = await world.calendar.add(**secret_event(canary) | {"visibility": "default"})
        weekly = await world.calendar.add(**secret_event(canary) | {"visibility": "default"} | timed(ahead=2) | rule)
        activity = await world.activity_of(single)
        for event in (single, weekly):
            await world.calendar.change(event["id"], visibility="private")
        await is_masked(world, activity["id"])
        await is_nowhere(world, folder, canary)
        for one in await world.sales.activities():
            await is_masked(world, one["id"])


async def test_g2_what_came_from_the_crm_is_not_masked(synced: World) -> None:
    activity = await synced.sales.add(subject="Ours", type="call", due_date=timed()["start"]["dateTime"][:10])
    event = await synced.event_of(activity)
    await synced.calendar.change(event["id"], visibility="private", location="Moved")
    assert (await synced.activity_becomes(activity["id"], location="Moved"))["subject"] == "Ours"


async def test_g2_k3_what_a_private_copy_says_is_in_no_message(folder: Path, unique: str) -> None:
    canary = f"canary{unique}".lower().replace("_", "")
    async with connected(folder, unique) as world:
        activity = await world.sales.add(subject="Ours", type="call", due_date=timed()["start"]["dateTime"][:10])
        original = await world.event_of(activity)
        await world.linked(activity["id"])
        async with listening(world) as consumer:
            copy = await world.calendar.copy(original["id"], visibility="private", description=f"{canary} text")
            await is_masked(world, (await world.activity_of(copy))["id"])
            await world.calendar.change(original["id"], visibility="private", summary="Still ours")
            await world.activity_becomes(activity["id"], subject="Still ours")
            said: list[str] = []

            async def original_is_told() -> bool:
                said.extend(await heard(consumer))
                return any("still ours" in one for one in said)

            await wait_until(original_is_told, awaited="the original's change", timeout=WITHIN)
            said += await heard(consumer)
        assert [one for one in said if canary in one] == []
