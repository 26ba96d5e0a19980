"""What it costs, counted from the simulator's journal: few reads per burst, and nothing when nothing changed."""

import asyncio
from time import monotonic

from aiokafka import AIOKafkaConsumer

from contracts.topics import ACTIVITY_EVENTS, SYNC_DECISIONS
from sandbox.clients import Json
from tests.support.providers import FEATURES
from tests.support.stories import WITHIN, World, call, timed
from tests.support.waiting import wait_until

BURST = 20
WINDOW = 1.0
"""Seconds that the connector waits for more of a burst (`TANDEM_DEBOUNCE_SECONDS`)."""


async def last_entry(world: World) -> int:
    """Return the number of the journal's last entry."""
    rows: list[Json] = (await world.calendar.simulator.get("/control/journal")).json()
    return int(rows[-1]["n"]) if rows else 0


async def messages(world: World, *topics: str) -> int:
    """Return how many messages stand on topics now."""
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=world.settings["TANDEM_KAFKA_BOOTSTRAP"])
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        assert {one.topic for one in ends} == set(topics)
        return sum(ends.values())
    finally:
        await consumer.stop()


async def test_a_burst_costs_one_read_per_debounce_window(synced: World) -> None:
    before, begun = await last_entry(synced), monotonic()
    events = await asyncio.gather(
        *(synced.calendar.add(summary=f"Burst {n}", **timed(n % 9 + 1)) for n in range(BURST))
    )
    await asyncio.gather(*(synced.activity_of(event) for event in events))
    windows = int((monotonic() - begun) / WINDOW)
    await synced.sales.in_sync(synced.connection_id)
    calls = [row["operation"] for row in await synced.journal(before)]
    # One at once, one for each window in which something came, one second look at the most.
    assert calls.count(FEATURES.reads) <= 2 + max(windows, 1), calls
    assert not FEATURES.writes & set(calls)


async def test_nothing_changed_costs_no_write_no_message_and_no_version(synced: World) -> None:
    activity = await synced.sales.add(**call())
    event = await synced.event_of(activity)
    twin = await synced.activity_of(await synced.calendar.add(summary="Visit", **timed()))
    await synced.sales.in_sync(synced.connection_id)
    shown = [await synced.linked(one["id"]) for one in (activity, twin)]
    before = await last_entry(synced)
    await synced.calendar.simulator.post(
        f"/control/accounts/{synced.calendar.email}/calendars/primary/events/{event['id']}/touch"
    )

    async def read_again() -> bool:
        return any(row["operation"] == FEATURES.reads for row in await synced.journal(before))

    await wait_until(read_again, awaited="the touched event to be read", timeout=WITHIN)
    await synced.sales.in_sync(synced.connection_id)
    assert not FEATURES.writes & {row["operation"] for row in await synced.journal(before)}
    assert [await synced.sales.activity(one["id"]) for one in (activity, twin)] == shown
    decisions = await synced.sales.explain(activity_id=activity["id"])
    assert len(decisions) == 1, decisions


async def test_a_resync_of_what_is_equal_writes_nothing(synced: World) -> None:
    activity = await synced.sales.add(**call())
    await synced.event_of(activity)
    await synced.activity_of(await synced.calendar.add(summary="Visit", **timed()))
    await synced.sales.in_sync(synced.connection_id)
    before = await last_entry(synced)
    told = await messages(synced, ACTIVITY_EVENTS, SYNC_DECISIONS)
    resync = await synced.sales.connector.post(f"/v1/connections/{synced.connection_id}/resync")
    assert resync.status_code == 202
    assert resync.json()["status"] == "catching_up"
    await synced.sales.in_sync(synced.connection_id)
    assert not FEATURES.writes & {row["operation"] for row in await synced.journal(before)}
    assert await messages(synced, ACTIVITY_EVENTS, SYNC_DECISIONS) == told
