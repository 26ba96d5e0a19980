"""The main job: a calendar and the CRM become and stay equal, whichever side is edited (B1, F1 to F3, H1)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.clients import Json
from tests.support.stories import WITHIN, World, all_day, call, day, timed
from tests.support.waiting import wait_until


async def test_b1_an_activity_becomes_an_event(synced: World) -> None:
    activity = await synced.sales.add(
        **call(at="09:00", location="Office", public_description="Bring the offer", note="do not tell", busy=False)
    )
    event = await synced.event_of(activity)
    assert (event["summary"], event["location"], event["description"]) == ("Call Ben", "Office", "Bring the offer")
    assert event["transparency"] == "transparent"
    assert event["start"]["dateTime"].startswith(str(day(1)))
    assert "do not tell" not in str(await synced.journal())


async def test_b1_an_event_becomes_an_activity_of_the_chosen_type(synced: World) -> None:
    event = await synced.calendar.add(summary="Visit", location="Their office", description="Second floor", **timed())
    activity = await synced.activity_of(event)
    assert (activity["subject"], activity["type"], activity["owner_id"]) == ("Visit", "meeting", "7")
    assert (activity["location"], activity["public_description"]) == ("Their office", "Second floor")
    assert (activity["duration"], activity["timezone"]) == ("00:30", "Europe/Berlin")
    await synced.activity_becomes(
        activity["id"],
        sync={"origin": "calendar", "state": "active", "reason": None, "connection_id": synced.connection_id},
    )


async def test_b1_edits_reach_the_other_side_both_ways(synced: World) -> None:
    activity = await synced.sales.add(**call())
    event = await synced.event_of(activity)
    await synced.calendar.change(event["id"], **timed(ahead=3, at="16:00", minutes=45))
    await synced.activity_becomes(activity["id"], due_date=str(day(3)), duration="00:45")
    await synced.sales.change(activity["id"], subject="Call Ben again")
    await synced.event_becomes(event["id"], summary="Call Ben again")


async def test_h1_deleting_reaches_the_other_side_both_ways(synced: World) -> None:
    activity = await synced.sales.add(**call("Deleted in the calendar"))
    await synced.calendar.delete((await synced.event_of(activity))["id"])
    await synced.activity_goes(activity["id"])
    event = await synced.calendar.add(summary="Deleted in the CRM", **timed())
    twin = await synced.activity_of(event)
    assert (await synced.sales.store.delete(f"/v1/activities/{twin['id']}")).status_code == 204
    await synced.event_goes(event["id"])


async def test_f2_all_day_items_stay_all_day(synced: World) -> None:
    activity = await synced.sales.add(subject="Fair", type="task", due_date=str(day(2)), duration="48:00")
    event = await synced.event_of(activity)
    assert (event["start"], event["end"]) == (all_day(2, 2)["start"], all_day(2, 2)["end"])
    twin = await synced.activity_of(await synced.calendar.add(summary="Holiday", **all_day(5)))
    assert (twin["due_date"], twin.get("due_time"), twin["duration"]) == (str(day(5)), None, "24:00")


async def test_f2_the_default_duration_is_never_written_back(synced: World) -> None:
    activity = await synced.sales.add(subject="Short", type="call", due_date=str(day(1)), due_time="08:00")
    event = await synced.event_of(activity)
    await synced.calendar.change(event["id"], location="Lobby")
    assert (await synced.activity_becomes(activity["id"], location="Lobby")).get("duration") is None


async def test_f7_the_placeholder_of_an_untitled_event_is_never_written_back(synced: World) -> None:
    event = await synced.calendar.add(**timed())
    activity = await synced.activity_of(event)
    assert activity["subject"] == "(no title)"
    await synced.sales.change(activity["id"], location="Here")
    assert not (await synced.event_becomes(event["id"], location="Here")).get("summary")


async def test_d2_a_meeting_under_way_still_syncs_both_ways(synced: World) -> None:
    event = await synced.calendar.add(summary="Begins soon", **timed())
    activity = await synced.activity_of(event)
    await synced.calendar.change(event["id"], **running(minutes=60))
    await synced.activity_becomes(activity["id"], duration="01:00")
    await synced.calendar.change(event["id"], summary="Takes longer", **running(minutes=90))
    await synced.activity_becomes(activity["id"], subject="Takes longer", duration="01:30")
    await synced.sales.change(activity["id"], location="Room 4")
    await synced.event_becomes(event["id"], location="Room 4")
    await synced.calendar.delete(event["id"])
    await synced.activity_goes(activity["id"])


async def test_f8_another_date_alone_keeps_the_local_time(synced: World) -> None:
    winter, summer = (date(day(0).year + 1, month, 15) for month in (1, 7))
    activity = await synced.sales.add(**call(due_date=str(winter), due_time="08:00", timezone="Europe/Berlin"))
    event = await synced.event_of(activity)
    moved = await synced.sales.change(activity["id"], due_date=str(summer))
    assert (moved["due_date"], moved["due_time"]) == (str(summer), "07:00")
    nine = datetime(summer.year, 7, 15, 9, tzinfo=ZoneInfo("Europe/Berlin"))

    async def look() -> bool:
        found = await synced.calendar.event(event["id"])
        return found is not None and datetime.fromisoformat(found["start"]["dateTime"]) == nine

    await wait_until(look, awaited="the event at nine in summer, too", timeout=WITHIN)


def running(minutes: int) -> Json:
    """Return the times of an event that began ten minutes ago."""
    begin = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=10)
    moments = {"start": begin, "end": begin + timedelta(minutes=minutes)}
    return {name: {"dateTime": at.isoformat(), "timeZone": "UTC"} for name, at in moments.items()}
