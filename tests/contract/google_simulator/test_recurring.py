"""Series through the API: instances, exceptions, splits, tombstones (providers/google.md 1.1, 1.3)."""

import pytest
from googleapiclient.errors import HttpError

from tests.contract.google_simulator.driver import Google, refusal
from tests.support.simulator_driver import ANN, Json, timed

_EVENTS = f"/accounts/{ANN}/calendars/primary/events"


async def series(google: Google, rule: str = "RRULE:FREQ=DAILY;COUNT=5", **body: object) -> Json:
    return await google.insert(summary="daily", recurrence=[rule], **body)


async def instances(google: Google, master: Json, **query: object) -> list[Json]:
    request = google.api.events().instances(calendarId="primary", eventId=master["id"], **query)
    items: list[Json] = (await google.send(request))["items"]
    return items


async def test_instance_ids_carry_the_utc_start(google: Google) -> None:
    master = await series(google)
    items = await instances(google, master)
    assert items[0]["id"] == f"{master['id']}_20261201T090000Z"
    assert len(items) == 5
    assert items[0]["recurringEventId"] == master["id"]
    assert items[0]["iCalUID"] == master["iCalUID"]
    assert "recurrence" not in items[0]


async def test_all_day_instance_ids_carry_the_date(google: Google) -> None:
    master = await series(google, start={"date": "2026-12-01"}, end={"date": "2026-12-02"})
    items = await instances(google, master)
    assert items[1]["id"] == f"{master['id']}_20261202"
    assert items[1]["originalStartTime"] == {"date": "2026-12-02"}


async def test_editing_and_deleting_instances_makes_rows(google: Google) -> None:
    """singleEvents=false: the master, the changed instance and the cancelled one, each a row."""
    master = await series(google)
    items = await instances(google, master)
    token = (await google.events())["nextSyncToken"]
    patch = {"summary": "other"}
    await google.send(google.api.events().patch(calendarId="primary", eventId=items[1]["id"], body=patch))
    await google.send(google.api.events().delete(calendarId="primary", eventId=items[2]["id"]))
    rows = {one["id"]: one for one in (await google.events())["items"]}
    assert rows.keys() == {master["id"], items[1]["id"], items[2]["id"]}
    assert rows[items[1]["id"]]["originalStartTime"] == items[1]["start"]
    gone = rows[items[2]["id"]]
    assert (gone["status"], gone["recurringEventId"]) == ("cancelled", master["id"])
    changed = {one["id"] for one in (await google.events(syncToken=token))["items"]}
    assert changed == {items[1]["id"], items[2]["id"]}
    shown = await google.events(singleEvents=True, timeMin="2026-12-01T00:00:00Z")
    assert {one["id"] for one in shown["items"]} == {one["id"] for one in items} - {items[2]["id"]}


async def test_a_cancelled_instance_can_be_restored_and_moved(google: Google) -> None:
    master = await series(google)
    one = (await instances(google, master))[1]["id"]
    await google.control("DELETE", f"{_EVENTS}/{one}")
    assert one not in {item["id"] for item in await instances(google, master)}
    await google.control("POST", f"{_EVENTS}/{one}/restore")
    await google.control("PATCH", f"{_EVENTS}/{one}", timed(2, 15))
    moved = next(item for item in await instances(google, master) if item["id"] == one)
    assert moved["start"]["dateTime"] == "2026-12-02T15:00:00+01:00"
    assert moved["originalStartTime"]["dateTime"] == "2026-12-02T10:00:00+01:00"


async def test_deleting_the_master_tombstones_its_exceptions(google: Google) -> None:
    master = await series(google)
    one = (await instances(google, master))[1]["id"]
    patch = google.api.events().patch(calendarId="primary", eventId=one, body={"summary": "x"})
    await google.send(patch)
    token = (await google.events())["nextSyncToken"]
    await google.send(google.api.events().delete(calendarId="primary", eventId=master["id"]))
    gone = (await google.events(syncToken=token))["items"]
    assert {(item["id"], item["status"]) for item in gone} == {(master["id"], "cancelled"), (one, "cancelled")}
    assert (await google.events())["items"] == []


async def test_this_and_following_makes_an_r_master(google: Google) -> None:
    """Trap 9: `_R` is a master's suffix, no instance's; the old rule ends before the cut."""
    master = await series(google)
    items = await instances(google, master)
    tail = await google.control("PATCH", f"{_EVENTS}/{items[2]['id']}?scope=following", {"summary": "new"})
    assert tail["id"] == f"{master['id']}_R20261203T090000"
    assert tail["recurrence"] == ["RRULE:FREQ=DAILY;COUNT=3"]
    assert len(await instances(google, master)) == 2
    rest = await instances(google, tail)
    assert [item["start"]["dateTime"][:10] for item in rest] == ["2026-12-03", "2026-12-04", "2026-12-05"]
    got = await google.send(google.api.events().get(calendarId="primary", eventId=rest[0]["id"]))
    assert got["recurringEventId"] == tail["id"]


async def test_moving_the_series_drops_orphaned_exceptions(google: Google) -> None:
    master = await series(google)
    one = (await instances(google, master))[1]["id"]
    await google.control("PATCH", f"{_EVENTS}/{one}", {"summary": "x"})
    await google.control("PATCH", f"{_EVENTS}/{one}?scope=all", timed(1, 14))
    got = await google.send(google.api.events().get(calendarId="primary", eventId=one))
    assert got["status"] == "cancelled"
    assert len(await instances(google, master)) == 5


async def test_an_instance_that_never_was_is_404(google: Google) -> None:
    master = await series(google)
    get = google.api.events().get(calendarId="primary", eventId=f"{master['id']}_20270101T090000Z")
    with pytest.raises(HttpError) as error:
        await google.send(get)
    assert refusal(error.value) == (404, "notFound")


async def test_wall_clock_stays_over_a_dst_change(google: Google) -> None:
    """D6: a series runs on the local time of start.timeZone."""
    start = {"dateTime": "2026-10-20T10:00:00", "timeZone": "Europe/Berlin"}
    end = {"dateTime": "2026-10-20T11:00:00", "timeZone": "Europe/Berlin"}
    master = await series(google, "RRULE:FREQ=WEEKLY;COUNT=2", start=start, end=end)
    starts = [item["start"]["dateTime"] for item in await instances(google, master)]
    assert starts == ["2026-10-20T10:00:00+02:00", "2026-10-27T10:00:00+01:00"]
