"""Every trap strikes when armed, and is in the journal (providers/google.md 1.7)."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from googleapiclient.errors import HttpError

from simulators.google import GoogleSettings, make_google_simulator
from simulators.google.domain.traps import TRAPS
from tests.contract.google_simulator.driver import Google, refusal
from tests.support.simulator_driver import ANN

_PRIMARY = f"/accounts/{ANN}/calendars/primary"


async def _struck(google: Google) -> dict[str, int]:
    struck: dict[str, int] = (await google.control("GET", "/traps"))["struck"]
    return struck


@pytest.mark.parametrize(
    ("trap", "expected"),
    [
        ("fault.401", (401, "authError")),
        ("fault.403_rate", (403, "rateLimitExceeded")),
        ("fault.403_quota", (403, "quotaExceeded")),
        ("fault.403_forbidden", (403, "forbidden")),
        ("fault.404", (404, "notFound")),
        ("fault.429", (429, "rateLimitExceeded")),
        ("fault.5xx", (503, "backendError")),
        ("fault.409_conflict", (409, "conflict")),
    ],
)
async def test_faults_come_once_and_apply_nothing(google: Google, trap: str, expected: tuple[int, str]) -> None:
    await google.trap(trap, 1, "calendar.events.insert")
    with pytest.raises(HttpError) as error:
        await google.insert(id="abcde")
    assert refusal(error.value) == expected
    journal = await google.control("GET", "/journal")
    assert (journal[-1]["traps"], journal[-1]["operation"]) == ([trap], "calendar.events.insert")
    assert (await google.events())["items"] == []
    await google.insert(id="abcde")


async def test_retry_after_is_only_there_when_asked_for(google: Google) -> None:
    await google.trap("fault.429", 1, retry_after=7)
    with pytest.raises(HttpError) as error:
        await google.events()
    assert error.value.resp["retry-after"] == "7"


@pytest.mark.parametrize(("trap", "applied"), [("fault.timeout_before", 0), ("fault.timeout_after_applied", 1)])
async def test_no_answer(google: Google, trap: str, applied: int) -> None:
    await google.trap(trap, 1, seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        await google.insert()
    assert google.waits == [30]
    assert len((await google.events())["items"]) == applied


async def test_precondition_fails_with_the_right_etag(google: Google) -> None:
    event = await google.insert()
    await google.trap("fault.412")
    delete = google.api.events().delete(calendarId="primary", eventId=event["id"])
    with pytest.raises(HttpError) as error:
        await google.send(delete, **{"If-Match": event["etag"]})
    assert refusal(error.value) == (412, "conditionNotMet")
    await google.send(delete, **{"If-Match": event["etag"]})


async def test_html_instead_of_json(google: Google) -> None:
    await google.trap("fault.html_200")
    answer = await google.http.get("/calendar/v3/calendars/primary/events")
    assert (answer.status_code, answer.headers["content-type"][:9]) == (200, "text/html")


async def test_410_on_the_first_page_only_with_a_token(google: Google) -> None:
    """Trap 8."""
    token = (await google.events())["nextSyncToken"]
    await google.trap("list.410_first")
    await google.events()
    with pytest.raises(HttpError) as error:
        await google.events(syncToken=token)
    assert refusal(error.value) == (410, "fullSyncRequired")
    assert (await google.events(syncToken=token))["items"] == []


async def _two_pages(google: Google) -> tuple[Any, Any]:
    for number in range(3):
        await google.insert(summary=str(number))
    request = google.api.events().list(calendarId="primary", maxResults=2)
    return request, await google.send(request)


async def test_410_between_pages(google: Google) -> None:
    request, page = await _two_pages(google)
    await google.trap("list.410_between_pages")
    with pytest.raises(HttpError) as error:
        await google.send(google.api.events().list_next(request, page))
    assert refusal(error.value) == (410, "fullSyncRequired")


async def test_token_expires_between_pages(google: Google) -> None:
    """Trap 13: 401 in the middle of a page loop, until the token is refreshed."""
    request, page = await _two_pages(google)
    await google.trap("token.expired_mid_page")
    for _ in range(2):
        with pytest.raises(HttpError) as error:
            await google.send(google.api.events().list_next(request, page))
        assert refusal(error.value) == (401, "authError")
    await google.sign_in()
    assert len((await google.send(google.api.events().list_next(request, page)))["items"]) == 1


async def test_empty_page_goes_on(google: Google) -> None:
    await google.insert()
    await google.trap("list.empty_page")
    request = google.api.events().list(calendarId="primary")
    page = await google.send(request)
    assert page["items"] == []
    assert "nextSyncToken" not in page
    assert len((await google.send(google.api.events().list_next(request, page)))["items"]) == 1


async def test_an_item_comes_on_two_pages(google: Google) -> None:
    await google.trap("list.repeat_row")
    request, page = await _two_pages(google)
    following = await google.send(google.api.events().list_next(request, page))
    assert following["items"][0]["id"] == page["items"][-1]["id"]
    assert len({one["id"] for one in page["items"] + following["items"]}) == 3


async def test_last_page_without_token(google: Google) -> None:
    await google.trap("list.no_token")
    assert not {"nextSyncToken", "nextPageToken"} & (await google.events()).keys()
    assert "nextSyncToken" in await google.events()


async def test_exception_before_its_master(google: Google) -> None:
    master = await google.insert(recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
    await google.control("PATCH", f"{_PRIMARY}/events/{master['id']}_20261202T090000Z", {"summary": "x"})
    await google.trap("list.exception_first")
    first, second = (await google.events())["items"]
    assert first["recurringEventId"] == second["id"]


async def test_sparse_tombstones(google: Google) -> None:
    """Trap 9: only id and status, even of an instance."""
    master = await google.insert(recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
    token = (await google.events())["nextSyncToken"]
    await google.control("DELETE", f"{_PRIMARY}/events/{master['id']}_20261202T090000Z")
    await google.trap("tombstone.sparse")
    (gone,) = (await google.events(syncToken=token))["items"]
    assert gone.keys() == {"kind", "etag", "id", "status"}


async def test_tombstone_of_a_stranger(google: Google) -> None:
    token = (await google.events())["nextSyncToken"]
    await google.trap("tombstone.stranger")
    (gone,) = (await google.events(syncToken=token))["items"]
    assert gone["status"] == "cancelled"


async def test_change_is_not_visible_yet(google: Google) -> None:
    """Trap 4: the push came, the list shows nothing; the second look does."""
    token = (await google.events())["nextSyncToken"]
    event = await google.insert()
    await google.trap("push.before_visible")
    early = await google.events(syncToken=token)
    assert early["items"] == []
    assert [one["id"] for one in (await google.events(syncToken=early["nextSyncToken"]))["items"]] == [event["id"]]


async def test_etag_moves_by_itself(google: Google) -> None:
    """Trap 5: Google's own post-processing after our write."""
    await google.trap("etag.bump_without_change")
    event = await google.insert()
    again = await google.send(google.api.events().get(calendarId="primary", eventId=event["id"]))
    assert again["etag"] != event["etag"]
    assert {**again, "etag": "", "updated": ""} == {**event, "etag": "", "updated": ""}


@pytest.mark.parametrize(
    ("trap", "states"),
    [
        ("push.lost", ["exists"]),
        ("push.coalesce", ["exists"]),
        ("push.duplicate", ["exists", "exists", "exists"]),
        ("push.many", ["exists", "exists", "exists", "exists"]),
        ("push.stranger", ["exists", "exists", "exists"]),
        ("push.reorder", ["exists", "exists"]),
        ("push.late", ["exists", "exists"]),
        ("push.wrong_token", ["exists", "exists"]),
        ("channel.expire_silently", []),
    ],
)
async def test_push_traps_over_two_changes(google: Google, trap: str, states: list[str]) -> None:
    """Traps 2, 3, 4 and 6: what reaches the ingress of two changes while the first is trapped."""
    await google.watch()
    await google.pushed()
    google.pushes.got.clear()
    await google.trap(trap)
    await google.insert()
    await google.insert()
    await google.pushed()
    assert google.pushes.states == states
    assert await _struck(google) == {trap: 1}


async def test_reordered_numbers(google: Google) -> None:
    await google.watch()
    await google.pushed()
    await google.trap("push.reorder")
    await google.insert()
    await google.insert()
    numbers = [int(one.headers["X-Goog-Message-Number"]) for one in (await google.pushed())[1:]]
    assert numbers == sorted(numbers, reverse=True)


async def test_expiration_is_cut(google: Google) -> None:
    """Trap 6."""
    await google.trap("channel.cut_expiration", seconds=60)
    answer = await google.watch()
    assert int(answer["expiration"]) / 1000 == google.clock.now().timestamp() + 60


async def test_watch_refused(google: Google) -> None:
    await google.trap("watch.refused")
    with pytest.raises(HttpError) as error:
        await google.watch()
    assert refusal(error.value) == (400, "pushNotSupportedForRequestedResource")


async def test_texts_are_trimmed(google: Google) -> None:
    await google.trap("write.trims_text")
    event = await google.insert(summary="a ", description="b\r\nc\n")
    assert (event["summary"], event["description"]) == ("a", "b\nc")


async def test_details_missing(google: Google) -> None:
    """Trap 15."""
    await google.insert(summary="secret", description="plan")
    await google.trap("event.details_missing")
    (event,) = (await google.events())["items"]
    assert (event["summary"], "description" in event) == ("busy", False)


async def test_unknown_event_type(google: Google) -> None:
    await google.insert()
    await google.trap("event.unknown_enum")
    (event,) = (await google.events())["items"]
    assert event["eventType"] == "somethingNew"


async def test_random_mode_is_reproducible(google: Google) -> None:
    """The same seed strikes at the same calls."""
    runs = []
    for _ in range(2):
        await google.control("DELETE", "/journal")
        await google.control("PUT", "/random", {"seed": 5, "rate": 0.3, "only": ["fault.5*", "fault.403_rate"]})
        for _ in range(20):
            await google.http.get("/calendar/v3/calendars/primary/events")
        runs.append([one["status"] for one in await google.control("GET", "/journal")])
    assert runs[0] == runs[1]
    assert {200, 503, 403} == set(runs[0])
    await google.control("DELETE", "/traps")
    await google.events()


async def test_unknown_trap_is_refused(google: Google) -> None:
    answer = await google.http.post("/control/traps", json={"trap": "no.such"})
    assert answer.status_code == 404
    assert set(answer.json()["known"]) == set(TRAPS)


async def test_a_users_calls_in_a_minute_are_limited_and_free_again_as_they_get_older(google: Google) -> None:
    """Facts 1.5: 600 a minute for each user, in a sliding window; 403, and no word of when to come again."""
    clock = google.clock
    app = make_google_simulator(GoogleSettings(calls_in_a_minute=2), sender=google.pushes, clock=clock)
    async with Google(app, clock, [], google.pushes).signed_in() as limited:
        await limited.events()
        clock.advance(timedelta(seconds=40))
        await limited.insert()
        with pytest.raises(HttpError) as error:
            await limited.insert()
        assert refusal(error.value) == (403, "rateLimitExceeded")
        assert "retry-after" not in error.value.resp
        clock.advance(timedelta(seconds=20))
        assert len((await limited.events())["items"]) == 1
        with pytest.raises(HttpError):
            await limited.events()
