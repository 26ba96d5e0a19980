"""Lists, pages and sync tokens (providers/google.md 1.1, 1.4)."""

from collections.abc import Callable
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.contract.google_simulator.driver import Google, details, refusal
from tests.support.simulator_driver import ANN, timed


async def test_pages_end_with_a_sync_token(google: Google) -> None:
    made = {(await google.insert(summary=str(number)))["id"] for number in range(5)}
    seen: list[str] = []
    request, page = google.api.events().list(calendarId="primary", maxResults=2), {}
    while request is not None:
        assert "nextSyncToken" not in page
        page = await google.send(request)
        seen += [one["id"] for one in page["items"]]
        request = google.api.events().list_next(request, page)
    assert set(seen) == made
    assert page["nextSyncToken"]


async def test_sync_token_tells_only_what_changed(google: Google) -> None:
    first = await google.insert(summary="a")
    second = await google.insert(summary="b")
    token = (await google.events())["nextSyncToken"]
    assert (await google.events(syncToken=token))["items"] == []
    await google.send(google.api.events().delete(calendarId="primary", eventId=first["id"]))
    third = await google.insert(summary="c")
    page = await google.events(syncToken=token)
    assert {(one["id"], one["status"]) for one in page["items"]} == {
        (first["id"], "cancelled"),
        (third["id"], "confirmed"),
    }
    assert second["id"] not in {one["id"] for one in page["items"]}


@pytest.mark.parametrize(
    "name",
    [
        "iCalUID",
        "orderBy",
        "privateExtendedProperty",
        "q",
        "sharedExtendedProperty",
        "timeMin",
        "timeMax",
        "updatedMin",
    ],
)
async def test_refused_beside_a_sync_token(google: Google, name: str) -> None:
    values = {"orderBy": "updated", "privateExtendedProperty": "a=b", "sharedExtendedProperty": "a=b"}
    value = values.get(name, "2026-12-01T00:00:00Z")
    token = (await google.events())["nextSyncToken"]
    with pytest.raises(HttpError) as error:
        await google.events(syncToken=token, **{name: value})
    assert refusal(error.value) == (400, "invalid")


async def test_token_belongs_to_its_parameters(google: Google) -> None:
    """Trap 8."""
    token = (await google.events())["nextSyncToken"]
    with pytest.raises(HttpError) as error:
        await google.events(syncToken=token, singleEvents=True)
    assert refusal(error.value) == (400, "invalid")


async def test_expired_and_foreign_tokens_are_410(google: Google) -> None:
    token = (await google.events())["nextSyncToken"]
    await google.control("POST", f"/accounts/{ANN}/calendars/primary/expire-sync-tokens")
    for bad in (token, "rubbish"):
        with pytest.raises(HttpError) as error:
            await google.events(syncToken=bad)
        assert refusal(error.value) == (410, "fullSyncRequired")
        assert details(error.value)["location"] == "syncToken"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"timeMin": "2026-12-02T00:00:00Z"}, {"late", "series"}),
        ({"timeMax": "2026-12-02T00:00:00Z"}, {"early", "series"}),
        ({"timeMin": "2026-12-01T10:00:00Z", "timeMax": "2026-12-01T23:00:00Z"}, set()),
        ({"q": "EARLY"}, {"early"}),
        ({"q": "bob@other.test"}, {"late"}),
        ({"privateExtendedProperty": "k=v"}, {"early"}),
        ({"privateExtendedProperty": "k=other"}, set()),
        ({"eventTypes": ["focusTime"]}, {"late"}),
        ({"updatedMin": "2026-11-23T09:00:30Z"}, {"late"}),
    ],
)
async def test_filters(google: Google, later: Callable[[float], None], query: dict[str, Any], found: set[str]) -> None:
    await google.insert(summary="early", extendedProperties={"private": {"k": "v"}})
    await google.insert(summary="series", recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"], **timed(1, 8))
    later(60)
    await google.insert(summary="late", eventType="focusTime", attendees=[{"email": "bob@other.test"}], **timed(5))
    page = await google.events(**query)
    assert {one["summary"] for one in page["items"]} == found


async def test_order_needs_single_events(google: Google) -> None:
    await google.insert(summary="second", **timed(2))
    await google.insert(summary="first", **timed(1))
    with pytest.raises(HttpError) as error:
        await google.events(orderBy="startTime")
    assert error.value.resp.status == 400
    page = await google.events(orderBy="startTime", singleEvents=True)
    assert [one["summary"] for one in page["items"]] == ["first", "second"]
    assert "nextSyncToken" not in page


async def test_updated_min_too_long_ago(google: Google) -> None:
    with pytest.raises(HttpError) as error:
        await google.events(updatedMin="2026-01-01T00:00:00Z")
    assert refusal(error.value) == (410, "updatedMinTooLongAgo")


async def test_calendar_list_and_its_tokens(google: Google) -> None:
    """A5: the roles that make a calendar selectable or not; a hidden or deleted one is told by token."""
    page = await google.send(google.api.calendarList().list())
    roles = {one["summary"]: one["accessRole"] for one in page["items"]}
    assert roles == {ANN: "owner", "Projects": "owner", "Holidays in United States": "reader", "Birthdays": "reader"}
    assert [one["id"] for one in page["items"] if one.get("primary")] == [ANN]
    other = next(one["id"] for one in page["items"] if one["summary"] == "Projects")
    await google.control("DELETE", f"/accounts/{ANN}/calendars/{other}")
    changed = await google.send(google.api.calendarList().list(syncToken=page["nextSyncToken"]))
    assert [(one["id"], one["deleted"]) for one in changed["items"]] == [(other, True)]
    with pytest.raises(HttpError) as error:
        await google.send(google.api.events().list(calendarId=other))
    assert refusal(error.value) == (404, "notFound")


async def test_partial_response(google: Google) -> None:
    await google.insert(summary="x")
    answer = await google.http.get(
        "/calendar/v3/calendars/primary/events", params={"fields": "items(id,start/dateTime),nextSyncToken"}
    )
    assert answer.json().keys() == {"items", "nextSyncToken"}
    assert answer.json()["items"][0].keys() == {"id", "start"}


async def test_long_query_sent_as_post(google: Google) -> None:
    """The SDK's own way around long addresses: POST with X-HTTP-Method-Override."""
    await google.insert(summary="needle")
    answer = await google.http.post(
        "/calendar/v3/calendars/primary/events",
        content="q=needle&singleEvents=true",
        headers={"X-HTTP-Method-Override": "GET", "Content-Type": "application/x-www-form-urlencoded"},
    )
    assert [one["summary"] for one in answer.json()["items"]] == ["needle"]
    assert (await google.control("GET", "/journal"))[-1]["operation"] == "calendar.events.list"


async def test_page_cap_makes_small_pages(google: Google) -> None:
    for number in range(3):
        await google.insert(summary=str(number))
    await google.control("PATCH", "/settings", {"page_cap": 1})
    page = await google.events(maxResults=100)
    assert len(page["items"]) == 1
    assert page["nextPageToken"]
