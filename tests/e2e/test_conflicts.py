"""Both sides edited before either knew: merged by field, the later edit of one field wins (J1 to J3)."""

import asyncio

from tests.support.stories import WITHIN, World, call, timed
from tests.support.waiting import wait_until


async def test_j1_edits_of_different_fields_merge(synced: World) -> None:
    activity = await synced.sales.add(**call())
    event = await synced.event_of(activity)
    await asyncio.gather(
        synced.sales.change(activity["id"], subject="From the CRM"),
        synced.calendar.change(event["id"], location="From the calendar"),
    )
    await synced.activity_becomes(activity["id"], subject="From the CRM", location="From the calendar")
    await synced.event_becomes(event["id"], summary="From the CRM", location="From the calendar")


async def test_j2_the_later_edit_of_one_field_wins_and_the_other_is_recorded(synced: World) -> None:
    activity = await synced.sales.add(**call())
    event = await synced.event_of(activity)
    # The pushes are lost, so neither edit is seen before both are made.
    await synced.calendar.simulator.post("/control/traps", json={"trap": "push.lost", "account": synced.calendar.email})
    await synced.calendar.change(event["id"], summary="Earlier, in the calendar")
    await synced.sales.change(activity["id"], subject="Later, in the CRM")
    await synced.event_becomes(event["id"], summary="Later, in the CRM")
    await synced.activity_becomes(activity["id"], subject="Later, in the CRM")

    async def look() -> list[object]:
        decisions = await synced.sales.explain(activity_id=activity["id"])
        return [lost for one in decisions for lost in one["lost"]]

    [lost] = await wait_until(look, awaited="the lost value in a decision", timeout=WITHIN)
    assert isinstance(lost, dict)
    assert (lost["side"], lost["value"]) == ("calendar", "Earlier, in the calendar")


async def test_j3_an_edit_after_the_deletion_brings_the_item_back(synced: World) -> None:
    event = await synced.calendar.add(summary="Deleted too soon", **timed())
    activity = await synced.activity_of(event)
    await synced.calendar.simulator.post("/control/traps", json={"trap": "push.lost", "account": synced.calendar.email})
    await synced.calendar.delete(event["id"])
    await synced.sales.change(activity["id"], subject="Still wanted")

    async def look() -> bool:
        return any(row.get("summary") == "Still wanted" for row in await synced.calendar.events())

    await wait_until(look, awaited="the event to be back with the edit", timeout=WITHIN)
    assert await synced.sales.activity(activity["id"])
