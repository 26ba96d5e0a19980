"""Subscriptions that end, pause, lose something or are refused: push comes back, and nothing is lost (K4, L2)."""

import pytest

from sandbox.clients import Json, succeeded
from tests.support.providers import FEATURES, PROVIDER
from tests.support.stories import WITHIN, World, timed
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(not FEATURES.subscribes, reason=f"{PROVIDER} has channels that are never renewed")
told = pytest.mark.skipif(not FEATURES.lifecycle, reason=f"{PROVIDER} does not tell what becomes of subscriptions")
untold = pytest.mark.skipif(FEATURES.lifecycle, reason=f"{PROVIDER} tells what becomes of subscriptions")


async def subscriptions(world: World) -> list[Json]:
    """Return the live subscriptions of the account."""
    rows: list[Json] = (await world.calendar.simulator.get("/control/subscriptions")).json()
    return [row for row in rows if row["email"] == world.calendar.email]


async def the_one(world: World, *, after: Json | None = None) -> Json:
    """Wait for the account's one subscription, another than an earlier one."""

    async def look() -> Json:
        found = await subscriptions(world)
        assert len(found) == 1, found
        assert after is None or found[0]["id"] != after["id"]
        return found[0]

    return await wait_until(look, awaited="a subscription", timeout=WITHIN)


async def arm(world: World, trap: str, **about: object) -> None:
    """Arm a trap for the account."""
    body = {"trap": trap, "account": world.calendar.email} | about
    succeeded(await world.calendar.simulator.post("/control/traps", json=body))


async def tell(world: World, subscription: Json, event: str) -> None:
    """Have the provider tell something of a subscription."""
    path = f"/control/subscriptions/{subscription['id']}/lifecycle"
    succeeded(await world.calendar.simulator.post(path, json={"event": event}))


async def pushes_by(world: World, push: str) -> None:
    """Wait until the connection says how it learns of changes."""

    async def look() -> bool:
        connection = await world.sales.connection(world.connection_id)
        assert connection["push"] == push
        return True

    await wait_until(look, awaited=f"push by {push}", timeout=WITHIN)


async def notifications(world: World) -> float:
    """Return how many notifications have become reads so far."""
    text = (await world.sales.connector.get("/metrics")).text
    name = 'tandem_notifications_total{outcome="pulled",provider="microsoft"}'
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))


@told
async def test_k4_a_subscription_that_was_removed_is_opened_anew_once_and_nothing_is_lost(synced: World) -> None:
    first = await the_one(synced)
    await arm(synced, "lifecycle.removed")  # and that is said twice
    unsaid = await synced.calendar.add(summary="While there was none", **timed(1))
    await the_one(synced, after=first)
    await synced.activity_of(unsaid)
    await pushes_by(synced, "webhook")
    assert len([row for row in await synced.journal() if row["operation"] == "subscriptions.create"]) == 2


@told
async def test_k4_what_the_provider_says_that_it_missed_is_read(synced: World) -> None:
    subscription = await the_one(synced)
    await arm(synced, "push.lost", count=None)
    missed = await synced.calendar.add(summary="Missed", **timed(1))
    before = await notifications(synced)
    await tell(synced, subscription, "missed")

    async def taken() -> bool:
        assert await notifications(synced) > before, "nothing but this was told"
        return True

    await wait_until(taken, awaited="the notification to become a read", timeout=WITHIN)
    await synced.activity_of(missed)
    assert (await the_one(synced))["id"] == subscription["id"]


@told
async def test_k4_a_subscription_that_is_to_be_authorised_again_is_renewed(synced: World) -> None:
    subscription = await the_one(synced)
    await arm(synced, "lifecycle.reauthorization")  # nothing more comes until then
    paused = await synced.calendar.add(summary="While it was paused", **timed(1))

    async def renewed() -> bool:
        one = await the_one(synced)
        assert (one["id"], one["paused"]) == (subscription["id"], False)
        assert [row for row in await synced.journal() if row["operation"] == "subscriptions.update"]
        return True

    await wait_until(renewed, awaited="the subscription to be renewed", timeout=WITHIN)
    await synced.activity_of(paused)


@untold
async def test_k4_where_nothing_is_told_of_a_subscription_a_poll_finds_what_it_did_not_tell(synced: World) -> None:
    await the_one(synced)
    await arm(synced, "lifecycle.removed")
    event = await synced.calendar.add(summary="Untold", **timed(1))
    await synced.activity_of(event)
    sent = (await synced.calendar.simulator.get("/control/pushes")).json()
    assert not [one for one in sent for value in one["values"] if "lifecycleEvent" in value]


async def test_k4_a_subscription_that_ended_in_silence_is_opened_anew_when_it_is_to_be_renewed(company: World) -> None:
    await arm(company, "subscription.cut_expiration", parameters={"seconds": 8})
    await arm(company, "fault.404", operation="subscriptions.update")
    connection = await company.sales.connect(company.calendar.email, provider=PROVIDER)
    await company.sales.in_sync(connection["id"])

    async def opened() -> list[Json]:
        made = [row for row in await company.journal() if row["operation"] == "subscriptions.create"]
        assert len(made) > 1, made
        return made

    await wait_until(opened, awaited="a second subscription", timeout=WITHIN)
    await the_one(company)
    await company.activity_of(await company.calendar.add(summary="Told again", **timed(1)))


async def test_k4_what_a_dead_subscription_did_not_tell_is_found_by_a_poll(synced: World) -> None:
    await the_one(synced)
    await arm(synced, "subscription.ends_silently")
    event = await synced.calendar.add(summary="Never told", **timed(1))
    assert await subscriptions(synced) == []
    await synced.activity_of(event)


async def test_l2_without_a_subscription_the_calendar_is_polled_and_in_sync(company: World) -> None:
    await arm(company, FEATURES.unwatchable, count=None)
    connection = await company.sales.connect(company.calendar.email, provider=PROVIDER)
    await company.sales.in_sync(connection["id"])
    assert (await company.sales.connection(connection["id"]))["push"] == "polling"
    event = await company.calendar.add(summary="Polled", **timed(1))
    activity = await company.activity_of(event)
    await company.sales.change(activity["id"], subject="Written all the same")
    await company.event_becomes(event["id"], summary="Written all the same")
