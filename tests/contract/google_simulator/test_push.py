"""Channels and notifications (providers/google.md 1.2, traps 1 to 7 and 14)."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from googleapiclient.errors import HttpError

from tests.contract.google_simulator.driver import Google, refusal
from tests.support.simulator_driver import ANN, Json


async def test_notification_is_headers_only(google: Google) -> None:
    """Trap 1: sync first with number 1; then `exists`, numbers jump; the expiry is RFC 1123."""
    answer = await google.watch()
    await google.insert()
    sync, exists = await google.pushed()
    assert sync.headers["X-Goog-Message-Number"] == "1"
    assert [sync.headers["X-Goog-Resource-State"], exists.headers["X-Goog-Resource-State"]] == ["sync", "exists"]
    assert int(exists.headers["X-Goog-Message-Number"]) > 1
    assert exists.headers["X-Goog-Channel-Token"] == "secret"
    assert exists.headers["X-Goog-Resource-ID"] == answer["resourceId"]
    assert exists.headers["X-Goog-Resource-URI"].endswith("/calendars/primary/events?alt=json")
    expires = parsedate_to_datetime(exists.headers["X-Goog-Channel-Expiration"])
    assert int(expires.timestamp()) == int(answer["expiration"]) // 1000
    assert exists.headers["User-Agent"].startswith("APIs-Google")


async def test_sync_before_the_answer(google: Google) -> None:
    """Trap 1: the sync message has arrived when the watch call returns."""
    await google.trap("push.sync_before_answer")
    await google.watch()
    assert google.pushes.states == ["sync"]


async def test_reads_notify_nobody(google: Google) -> None:
    await google.watch()
    await google.events()
    assert [one.headers["X-Goog-Resource-State"] for one in await google.pushed()] == ["sync"]


async def test_channel_id_is_never_free_again(google: Google) -> None:
    """Trap 7."""
    answer = await google.watch()
    stop = {"id": answer["id"], "resourceId": answer["resourceId"]}
    assert await google.send(google.api.channels().stop(body=stop)) == ""
    with pytest.raises(HttpError) as error:
        await google.watch()
    assert refusal(error.value) == (400, "channelIdNotUnique")


async def test_only_the_opener_stops_a_channel(google: Google) -> None:
    answer = await google.watch()
    stop = google.api.channels().stop(body={"id": answer["id"], "resourceId": answer["resourceId"]})
    await google.control("POST", "/accounts", {"email": "eve@example.com"})
    await google.sign_in("eve@example.com")
    with pytest.raises(HttpError) as error:
        await google.send(stop)
    assert refusal(error.value) == (404, "notFound")


async def test_a_stopped_channel_is_silent_or_lingers(google: Google) -> None:
    """Trap 2."""
    answer = await google.watch()
    await google.pushed()
    await google.trap("channel.linger")
    body = {"id": answer["id"], "resourceId": answer["resourceId"]}
    await google.send(google.api.channels().stop(body=body))
    await google.insert()
    await google.pushed()
    assert google.pushes.states == ["sync", "exists"]


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({}, 7),
        ({"params": {"ttl": "86400"}}, 1),
        ({"params": {"ttl": str(90 * 86400)}}, 30),
        ({"expiration": str(int(datetime(2026, 11, 25, 9, tzinfo=UTC).timestamp() * 1000))}, 2),
    ],
)
async def test_expiry_limits(google: Google, asked: Json, days: int) -> None:
    answer = await google.watch(**asked)
    assert int(answer["expiration"]) / 1000 == google.clock.now().timestamp() + days * 86400


async def test_expired_channel_is_silence(google: Google, later: Callable[[float], None]) -> None:
    """Trap 6."""
    await google.watch(params={"ttl": "60"})
    await google.pushed()
    later(61)
    await google.insert()
    await google.pushed()
    assert google.pushes.states == ["sync"]


@pytest.mark.parametrize(
    ("answers", "tries"),
    [
        ([503, 500, 502, 504, 200], 5),
        ([404], 1),
        ([400], 1),
        ([204], 1),
        ([429], 1),
        ([0], 1),
    ],
)
async def test_retries_only_on_server_errors(google: Google, answers: list[int], tries: int) -> None:
    """Trap 14: backing off on 500, 502, 503, 504; any other status loses the message."""
    await google.watch()
    await google.pushed()
    google.pushes.got.clear()
    google.pushes.status = list(answers)
    await google.insert()
    numbers = [one.headers["X-Goog-Message-Number"] for one in await google.pushed()]
    assert len(numbers) == tries
    assert len(set(numbers)) == 1
    assert google.waits == sorted(google.waits)
    assert len(google.waits) == tries - 1


async def test_two_channels_on_one_resource_both_deliver(google: Google) -> None:
    """Trap 3: overlapping channels; their resource id is the same."""
    first, second = await google.watch("one"), await google.watch("two")
    assert first["resourceId"] == second["resourceId"]
    await google.insert()
    await google.pushed()
    assert sorted(google.pushes.states) == ["exists", "exists", "sync", "sync"]


async def test_calendars_that_cannot_be_watched(google: Google) -> None:
    """A5: holidays and birthdays."""
    body = {"id": "c", "type": "web_hook", "address": "https://crm.test/hook"}
    entries = await google.send(google.api.calendarList().list())
    for entry in entries["items"][2:]:
        with pytest.raises(HttpError) as error:
            await google.send(google.api.events().watch(calendarId=entry["id"], body=body))
        assert refusal(error.value) == (400, "pushNotSupportedForRequestedResource")


async def test_calendar_list_can_be_watched(google: Google) -> None:
    body = {"id": "list", "type": "web_hook", "address": "https://crm.test/hook"}
    await google.send(google.api.calendarList().watch(body=body))
    await google.control("POST", f"/accounts/{ANN}/calendars", {"summary": "new"})
    await google.pushed()
    assert google.pushes.states == ["sync", "exists"]
