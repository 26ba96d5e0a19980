"""Recurring events: one read-only activity an occurrence, exceptions followed (E1 to E3)."""

import pytest

from sandbox.clients import Json
from tests.support.stories import WITHIN, World, timed
from tests.support.waiting import wait_until

WEEKLY = ["RRULE:FREQ=WEEKLY;COUNT=4"]


async def occurrences(world: World, subject: str, count: int) -> list[Json]:
    """Wait until exactly so many activities have this subject; in the order of their dates."""

    async def look() -> tuple[list[Json]]:
        found = [one for one in await world.sales.activities(owner_id="7") if one["subject"] == subject]
        assert len(found) == count, [one["due_date"] for one in found]
        return (found,)

    (found,) = await wait_until(look, awaited=f"{count} activities {subject!r}", timeout=WITHIN)
    return sorted(found, key=lambda one: str(one["due_date"]))


async def test_e3_each_occurrence_is_one_activity_and_exceptions_are_followed(synced: World) -> None:
    series = await synced.google.add(summary="Standup", recurrence=WEEKLY, **timed(2))
    first, *_ = await occurrences(synced, "Standup", 4)
    assert first["recurring"] is True
    links = [await synced.sales.link(activity_id=one["id"]) for one in await occurrences(synced, "Standup", 4)]
    ids = [str(link["event_id"]) for link in links if link]
    await synced.google.change(ids[1], summary="Standup, moved", **timed(9, at="15:00"))
    await synced.google.delete(ids[2])
    await occurrences(synced, "Standup", 2)
    [moved] = await occurrences(synced, "Standup, moved", 1)
    assert moved["id"] == (await occurrences(synced, "Standup, moved", 1))[0]["id"]
    await synced.google.delete(series["id"])
    await occurrences(synced, "Standup", 0)
    await occurrences(synced, "Standup, moved", 0)


@pytest.mark.parametrize("change", [{"subject": "x"}, {"due_time": "11:00"}, {"location": "x"}])
async def test_e2_an_occurrence_cannot_be_edited_in_the_crm(synced: World, change: Json) -> None:
    await synced.google.add(summary="Weekly", recurrence=WEEKLY, **timed(2))
    found, *_ = await occurrences(synced, "Weekly", 4)
    first = await synced.linked(found["id"])
    refused = await synced.sales.store.patch(f"/v1/activities/{first['id']}", json=change)
    assert (refused.status_code, refused.json()["code"]) == (409, "recurring_read_only")
    assert await synced.sales.activity(first["id"]) == first
    done = await synced.sales.change(first["id"], done=True, note="went well")
    assert (done["done"], done["note"]) == (True, "went well")


async def test_e3_a_rule_that_nobody_can_expand_stops_nothing_else(synced: World) -> None:
    broken = await synced.google.add(summary="Broken", recurrence=["RRULE:FREQ=SECONDLY"], **timed(2))
    other = await synced.google.add(summary="Fine", **timed(3))
    await synced.activity_of(other)
    decision = await synced.decided("E3", event_id=broken["id"])
    assert (decision["outcome"], bool(decision["words"])) == ("quarantined", True)
