"""Recurring events: one read-only activity an occurrence, exceptions followed (E1 to E3)."""

import pytest

from sandbox.clients import Json
from tests.support.providers import FEATURES, PROVIDER
from tests.support.stories import WITHIN, World, day, timed
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
    series = await synced.calendar.add(summary="Standup", recurrence=WEEKLY, **timed(2))
    first, *_ = await occurrences(synced, "Standup", 4)
    assert first["recurring"] is True
    links = [await synced.sales.link(activity_id=one["id"]) for one in await occurrences(synced, "Standup", 4)]
    ids = [str(link["event_id"]) for link in links if link]
    await synced.calendar.change(ids[1], summary="Standup, moved", **timed(9, at="15:00"))
    await synced.calendar.delete(ids[2])
    await occurrences(synced, "Standup", 2)
    [moved] = await occurrences(synced, "Standup, moved", 1)
    assert moved["id"] == (await occurrences(synced, "Standup, moved", 1))[0]["id"]
    await synced.calendar.delete(series["id"])
    await occurrences(synced, "Standup", 0)
    await occurrences(synced, "Standup, moved", 0)


async def event_id_of(world: World, activity: Json) -> str:
    """Return the id of the occurrence that an activity is of now."""
    link = await world.sales.link(activity_id=activity["id"])
    assert link is not None
    return str(link["event_id"])


async def annotated(world: World, subject: str) -> list[Json]:
    """Wait for four activities, and write into each what only the CRM knows."""
    found = await occurrences(world, subject, 4)
    return [await world.sales.change(one["id"], note=f"note {number}") for number, one in enumerate(found)]


async def kept(world: World, before: list[Json], *subjects: str) -> list[Json]:
    """Wait until these very activities, notes and all, have these subjects, and there are no others."""

    async def look() -> list[Json]:
        now = {one["id"]: one for one in await world.sales.activities(owner_id="7")}
        wanted = {one["id"]: (one["note"], subject) for one, subject in zip(before, subjects, strict=True)}
        assert {key: (one["note"], one["subject"]) for key, one in now.items()} == wanted
        return [now[one["id"]] for one in before]

    return await wait_until(look, awaited=f"activities {subjects}", timeout=WITHIN)


@pytest.mark.parametrize("change", [{"subject": "x"}, {"due_time": "11:00"}, {"location": "x"}])
async def test_e2_an_occurrence_cannot_be_edited_in_the_crm(synced: World, change: Json) -> None:
    await synced.calendar.add(summary="Weekly", recurrence=WEEKLY, **timed(2))
    found, *_ = await occurrences(synced, "Weekly", 4)
    first = await synced.linked(found["id"])
    refused = await synced.sales.store.patch(f"/v1/activities/{first['id']}", json=change)
    assert (refused.status_code, refused.json()["code"]) == (409, "recurring_read_only")
    assert await synced.sales.activity(first["id"]) == first
    done = await synced.sales.change(first["id"], done=True, note="went well")
    assert (done["done"], done["note"]) == (True, "went well")


@pytest.mark.skipif(not FEATURES.any_rule, reason=f"{PROVIDER} refuses rules that nobody can expand")
async def test_e3_a_rule_that_nobody_can_expand_stops_nothing_else(synced: World) -> None:
    broken = await synced.calendar.add(summary="Broken", recurrence=["RRULE:FREQ=SECONDLY"], **timed(2))
    other = await synced.calendar.add(summary="Fine", **timed(3))
    await synced.activity_of(other)
    decision = await synced.decided("E3", event_id=broken["id"])
    assert (decision["outcome"], bool(decision["words"])) == ("quarantined", True)


async def test_e4_this_and_following_keeps_the_activities_with_note_and_done(synced: World) -> None:
    await synced.calendar.add(summary="Review", recurrence=WEEKLY, **timed(2))
    before = await annotated(synced, "Review")
    await synced.sales.change(before[2]["id"], done=True)
    later = await event_id_of(synced, before[2])
    await synced.calendar.change(later, "following", summary="Later", **timed(17, at="15:00"))
    after = await kept(synced, before, "Review", "Review", "Later", "Later")
    assert [one["done"] for one in after] == [False, False, True, False]
    assert after[2]["due_date"] == str(day(17))
    assert later not in [await event_id_of(synced, one) for one in after]


async def test_e4_a_series_moved_as_a_whole_keeps_its_activities_and_can_be_split_again(synced: World) -> None:
    series = await synced.calendar.add(summary="Jour fixe", recurrence=WEEKLY, **timed(2))
    before = await annotated(synced, "Jour fixe")
    await synced.calendar.change(series["id"], **timed(3, at="16:00"))
    after = await kept(synced, before, *["Jour fixe"] * 4)

    async def on_new_days() -> bool:
        dates = [one["due_date"] for one in await kept(synced, before, *["Jour fixe"] * 4)]
        assert dates == [str(day(3 + 7 * week)) for week in range(4)]
        return True

    await wait_until(on_new_days, awaited="all on their new day", timeout=WITHIN)
    await synced.calendar.change(await event_id_of(synced, before[3]), "following", summary="The last one")
    await kept(synced, after, *["Jour fixe"] * 3, "The last one")
    await synced.calendar.delete(await event_id_of(synced, before[1]), "following")
    [rest] = [one for one in after if one["id"] == before[0]["id"]]

    async def two_left() -> bool:
        left = await synced.sales.activities(owner_id="7")
        assert {one["note"] for one in left} == {rest["note"], before[3]["note"]}, left
        return True

    await wait_until(two_left, awaited="the first and the split one alone", timeout=WITHIN)


async def test_e4_an_event_that_becomes_a_series_keeps_its_activity_and_back(synced: World) -> None:
    event = await synced.calendar.add(summary="Once", **timed(2))
    activity = await synced.activity_of(event)
    await synced.sales.change(activity["id"], note="kept")
    await synced.calendar.change(event["id"], recurrence=WEEKLY)
    first, *_ = await occurrences(synced, "Once", 4)
    assert first["id"] == activity["id"]
    await synced.activity_becomes(activity["id"], note="kept", recurring=True)
    await synced.calendar.change(event["id"], recurrence=None)
    [alone] = await occurrences(synced, "Once", 1)
    assert alone["id"] == activity["id"]
    await synced.activity_becomes(activity["id"], note="kept", recurring=False)


async def test_e4_a_split_by_a_client_itself_keeps_the_activities(synced: World) -> None:
    await synced.calendar.add(summary="Retro", recurrence=WEEKLY, **timed(2))
    before = await annotated(synced, "Retro")
    later = await event_id_of(synced, before[2])
    await synced.calendar.change(later, "apart", **timed(17, at="15:00"))

    async def on_new_days() -> bool:
        dates = [one["due_date"] for one in await kept(synced, before, *["Retro"] * 4)]
        assert dates == [str(day(number)) for number in (2, 9, 17, 24)]
        return True

    await wait_until(on_new_days, awaited="the second half on its new days", timeout=WITHIN)
