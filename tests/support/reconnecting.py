"""A connection that is stopped and made again, and what is on either side of it then."""

from dataclasses import replace

from sandbox.clients import Json, succeeded
from tests.support.providers import PROVIDER
from tests.support.stories import World, call, timed
from tests.support.waiting import wait_until

LONG = 90.0
"""Seconds for a whole connection to come to rest; a busy machine needs some of them."""


async def a_pair_of_each_origin(world: World) -> tuple[Json, Json]:
    """Return an activity born in the CRM and one born in the calendar, both linked and at rest."""
    call_ben = await world.sales.add(**call())
    await world.event_of(call_ben)
    visit = await world.activity_of(await world.calendar.add(summary="Visit", **timed(ahead=2)))
    for activity in (call_ben, visit):
        await told_state(world, activity, "active")
    return call_ben, visit


async def told_state(world: World, activity: Json, state: str) -> None:
    """Wait until the activity itself says how its link stands."""

    async def look() -> bool:
        now = await world.sales.activity(activity["id"])
        assert now is not None
        assert now["sync"] is not None
        assert now["sync"]["state"] == state, now["sync"]
        return True

    await wait_until(look, awaited=f"{activity['subject']!r} {state}", timeout=LONG)


async def copied(world: World, event: Json) -> Json:
    """Copy an event as the provider's page does, private properties included."""
    path = f"/control/accounts/{world.calendar.email}/calendars/primary/events/{event['id']}/copy"
    return succeeded(await world.calendar.simulator.post(path, json={"summary": "A copy"}))


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
    connection = await world.sales.connect(world.calendar.email, provider=PROVIDER)
    await world.sales.in_sync(connection["id"])
    return replace(world, connection_id=connection["id"])


async def ids(world: World) -> tuple[list[str], list[str]]:
    """Return the ids of all that is on either side."""
    activities, events = await world.sales.activities(owner_id="7"), await world.calendar.events()
    return sorted(one["id"] for one in activities), sorted(one["id"] for one in events)
