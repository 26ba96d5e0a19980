"""Meetings with guests (I2, D8): whatever the sync does at Microsoft mails them, so it asks for the setting."""

import httpx
import pytest

from sandbox.clients import Json, succeeded
from tests.support.providers import FEATURES, PROVIDER
from tests.support.stories import WITHIN, World, call
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(FEATURES.silent, reason=f"{PROVIDER} changes meetings without a word to their guests"),
]

GUESTS = [{"email": "ann@client.example"}]


async def meeting(world: World, subject: str, kind: str = "meeting") -> tuple[Json, Json]:
    """Create an activity whose event gets a guest in Outlook; return both once that is known."""
    activity = await world.sales.add(**call(subject) | {"type": kind})
    event = await world.event_of(activity)
    await world.linked(activity["id"])
    await world.calendar.change(event["id"], attendees=GUESTS)
    return await world.activity_becomes(activity["id"], read_only_reason="would_mail_guests"), event


async def refused(world: World, activity: Json) -> None:
    """Check that a mapped field cannot be edited, and that the answer names the setting."""
    answer = await world.sales.store.patch(f"/v1/activities/{activity['id']}", json={"subject": "First edit"})
    assert answer.status_code == httpx.codes.CONFLICT, answer.text
    assert (answer.json()["code"], answer.json()["setting"]) == ("event_read_only", "invite_guests")
    assert "invite_guests" in answer.json()["detail"]


async def left(world: World, activity: Json, event: Json) -> None:
    """Wait until explain says that the event stays for its guests, and how it would go."""
    decided = await world.decided("I2", activity_id=activity["id"])
    assert (decided["outcome"], decided["setting"]) == ("waiting", "invite_guests")
    assert (decided["remedy"]["setting"], decided["remedy"]["value"]) == ("invite_guests", True)
    assert await world.calendar.event(event["id"]) is not None


async def test_i2_a_meeting_with_guests_is_locked_until_they_may_be_invited(synced: World) -> None:
    activity, event = await meeting(synced, "Review")
    assert activity["read_only"]
    await refused(synced, activity)
    await synced.calendar.change(event["id"], location="Room 2")
    await synced.activity_becomes(activity["id"], location="Room 2", read_only=True)
    await refused(synced, activity)
    await synced.sales.settings(synced.connection_id, invite_guests=True)
    await synced.activity_becomes(activity["id"], read_only=False, read_only_reason=None)
    await synced.sales.change(activity["id"], subject="Second edit")
    await synced.event_becomes(event["id"], summary="Second edit")


async def test_i2_what_waits_for_the_guests_is_done_when_they_may_be_invited(synced: World) -> None:
    """D8: a closed link takes nothing back."""
    deleted, event_of_deleted = await meeting(synced, "Deleted")
    unselected, event_of_unselected = await meeting(synced, "Unselected", "deadline")
    succeeded(await synced.sales.store.delete(f"/v1/activities/{deleted['id']}"))
    await left(synced, deleted, event_of_deleted)

    await synced.sales.settings(synced.connection_id, outbound_types=["call", "meeting"])
    await left(synced, unselected, event_of_unselected)
    await synced.activity_becomes(unselected["id"], read_only=False)
    await synced.sales.change(unselected["id"], location="New place")
    await synced.calendar.change(event_of_unselected["id"], summary="Theirs")

    await synced.sales.settings(synced.connection_id, invite_guests=True)
    await synced.event_goes(event_of_deleted["id"])
    await synced.event_goes(event_of_unselected["id"])
    kept = await synced.sales.activity(unselected["id"])
    assert kept is not None
    assert (kept["location"], kept["subject"]) == ("New place", "Unselected")


async def test_i2_a9_a_meeting_stays_in_its_calendar_until_its_guests_may_be_invited(synced: World) -> None:
    activity, event = await meeting(synced, "Moves")
    team = {"id": f"team-{synced.company}", "summary": "Team", "role": "owner"}
    calendars = f"/control/accounts/{synced.calendar.email}/calendars"
    made = succeeded(await synced.calendar.simulator.post(calendars, json=team))
    await synced.sales.settings(synced.connection_id, calendar_id=made["id"])
    await left(synced, activity, event)
    await synced.sales.settings(synced.connection_id, invite_guests=True)
    await synced.event_goes(event["id"])

    async def moved() -> bool:
        link = await synced.sales.link(activity_id=activity["id"])
        assert link is not None
        assert (link["state"], link["event_id"] != event["id"]) == ("active", True), link
        return True

    await wait_until(moved, awaited="the event in the other calendar", timeout=WITHIN)
