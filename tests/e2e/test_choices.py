"""What the user chooses: direction, types, what happens on deletion (B2, B3, C1, C2, C5, C6, D4, H1)."""

from pathlib import Path

from sandbox.clients import Json, succeeded
from tests.support.stories import WITHIN, World, call, connected, timed
from tests.support.waiting import wait_until

OTHERS = ["call", "meeting", "task", "email", "lunch"]


async def test_b2_one_way_takes_no_events_in_but_follows_edits_of_its_own(folder: Path, unique: str) -> None:
    async with connected(folder, unique, direction="one_way") as synced:
        foreign = await synced.calendar.add(summary="Stays outside", **timed())
        decision = await synced.decided("B2", event_id=foreign["id"])
        assert decision["remedy"]["setting"] == "direction"
        activity = await synced.sales.add(**call())
        event = await synced.event_of(activity)
        await synced.calendar.change(event["id"], summary="Renamed in the calendar")
        await synced.activity_becomes(activity["id"], subject="Renamed in the calendar")


async def test_c1_c5_types_leave_the_calendar_and_come_back(synced: World) -> None:
    activity = await synced.sales.add(**call(type="deadline"))
    event = await synced.event_of(activity)
    await synced.sales.settings(synced.connection_id, outbound_types=OTHERS)
    await synced.event_goes(event["id"])
    assert (await synced.decided("C5", activity_id=activity["id"]))["remedy"]["setting"] == "outbound_types"
    await synced.sales.settings(synced.connection_id, outbound_types=[*OTHERS, "deadline"])
    assert (await synced.event_of(activity))["summary"] == "Call Ben"


async def test_c1_an_activity_of_an_unselected_type_is_explained(folder: Path, unique: str) -> None:
    async with connected(folder, unique, outbound_types=OTHERS) as synced:
        activity = await synced.sales.add(**call(type="deadline"))
        decision = await synced.decided("C1", activity_id=activity["id"])
        assert decision["outcome"] == "skipped"
        assert "deadline" in decision["remedy"]["value"]


async def test_c2_the_inbound_type_is_the_users_choice(folder: Path, unique: str) -> None:
    async with connected(folder, unique, inbound_type="lunch") as synced:
        activity = await synced.activity_of(await synced.calendar.add(summary="Pizza", **timed()))
        assert activity["type"] == "lunch"


async def test_c6_the_filter_governs_the_way_out_alone(synced: World) -> None:
    event = await synced.calendar.add(summary="From the calendar", **timed())
    activity = await synced.activity_of(event)
    await synced.sales.settings(synced.connection_id, outbound_types=["call"])
    await synced.calendar.change(event["id"], location="Moved")
    await synced.activity_becomes(activity["id"], location="Moved")


async def test_d4_an_undated_activity_waits_for_its_date(synced: World) -> None:
    activity = await synced.sales.add(subject="Some day", type="task")
    await synced.decided("D4", activity_id=activity["id"])
    await synced.sales.change(activity["id"], due_date=call()["due_date"], due_time="09:00")
    await synced.event_of(activity)


async def test_c7_a_retired_inbound_type_gives_way_to_meeting_and_the_connection_says_so(synced: World) -> None:
    store = synced.admin.store
    succeeded(await store.post("/v1/activity-types", json={"name": "Visit"}, headers={"Idempotency-Key": "visit"}))

    async def chosen() -> bool:
        path = f"/v1/connections/{synced.connection_id}"
        return (await synced.sales.connector.patch(path, json={"inbound_type": "visit"})).is_success

    await wait_until(chosen, awaited="the new type to be known", timeout=WITHIN)
    succeeded(await store.patch("/v1/activity-types/visit", json={"active": False}))

    async def told() -> bool:
        connection = await synced.sales.connection(synced.connection_id)
        problem = connection["last_problem"] or {}
        assert (connection["inbound_type"], problem.get("code")) == ("meeting", "inbound_type_retired"), connection
        return True

    await wait_until(told, awaited="the type to give way", timeout=WITHIN)
    activity = await synced.activity_of(await synced.calendar.add(summary="From then on", **timed()))
    assert activity["type"] == "meeting"


async def test_d7_l3_a_declined_event_is_neither_busy_nor_a_conflict_until_it_is_accepted_again(synced: World) -> None:
    event = await synced.calendar.add(summary="Invitation", **invitation(synced), **timed(at="10:00"))
    activity = await synced.activity_of(event)
    await synced.sales.change(activity["id"], note="the CRM's own")
    await synced.calendar.answer(event["id"], "declined")
    declined = await synced.activity_becomes(activity["id"], busy=False, note="the CRM's own")
    await synced.decided("D7", activity_id=activity["id"])
    same = {name: declined[name] for name in ("due_date", "due_time", "duration")}
    assert (await synced.sales.add(**call("At that time") | same))["conflicts"] == []
    await synced.calendar.answer(event["id"], "accepted")
    await synced.activity_becomes(activity["id"], busy=True)


async def test_h1_keep_closes_the_link_and_keeps_the_activity(folder: Path, unique: str) -> None:
    async with connected(folder, unique, on_event_deleted="keep") as synced:
        activity = await synced.sales.add(**call())
        event = await synced.event_of(activity)
        await synced.calendar.delete(event["id"])
        await synced.decided("H1", activity_id=activity["id"])
        link = await synced.sales.link(activity_id=activity["id"])
        assert link is not None
        assert (link["state"], link["reason"]) == ("closed", "kept")
        assert await synced.sales.activity(activity["id"])


def invitation(world: World) -> Json:
    """Return who is at an event to which the calendar's owner was invited, and said that he comes."""
    who = {"email": world.calendar.email, "self": True, "responseStatus": "accepted"}
    return {"attendees": [who], "organizer": {"email": "ann@client.example"}}
