"""Events: writing, ids, zones, bodies, extended properties, meetings (providers/graph.md 2.3, 2.4; traps 8 to 16)."""

from collections.abc import Callable

import pytest

from tests.contract.microsoft_simulator.driver import IMMUTABLE, MARKER, GraphFailure, Microsoft
from tests.support.simulator_driver import ANN, Json, timed

_EXPANDED = {"$expand": f"singleValueExtendedProperties($filter=id eq '{MARKER}')"}


async def test_what_exchange_adds(microsoft: Microsoft) -> None:
    """Facts 2.4: a default reminder, an id of Exchange's own, seven digits and UTC."""
    event = await microsoft.create(subject="x")
    assert (event["isReminderOn"], event["reminderMinutesBeforeStart"]) == (True, 15)
    assert event["start"] == {"dateTime": "2026-12-01T09:00:00.0000000", "timeZone": "UTC"}
    assert (event["type"], event["showAs"], event["isOrganizer"]) == ("singleInstance", "busy", True)
    assert event["@odata.etag"] == f'W/"{event["changeKey"]}"'


async def test_prefer_holds_for_one_call(microsoft: Microsoft) -> None:
    """Trap 8: without it the ids are others and times are UTC; either id is understood."""
    event = await microsoft.create()
    path = f"/me/events/{event['id']}"
    berlin = await microsoft.graph("GET", path, prefer=f'{IMMUTABLE}, outlook.timezone="Europe/Berlin"')
    plain = await microsoft.graph("GET", path)
    assert berlin["start"] == {"dateTime": "2026-12-01T10:00:00.0000000", "timeZone": "Europe/Berlin"}
    assert plain["start"]["timeZone"] == "UTC"
    assert berlin["id"] == event["id"] != plain["id"]
    again = await microsoft.graph("GET", f"/me/events/{plain['id']}", prefer=IMMUTABLE)
    assert again["id"] == event["id"]


async def test_preferences_are_confirmed(microsoft: Microsoft) -> None:
    answer = await microsoft.http.get("/v1.0/me/events", headers={"Prefer": f"{IMMUTABLE}, respond-async"})
    assert answer.headers["Preference-Applied"] == 'idtype="ImmutableId"'


async def test_moving_changes_the_default_id_only(microsoft: Microsoft) -> None:
    """Trap 9: it looks like a deletion and a creation."""
    event = await microsoft.create()
    before = (await microsoft.graph("GET", f"/me/events/{event['id']}"))["id"]
    link = (await microsoft.delta())["@odata.deltaLink"]
    rows = await microsoft.control("GET", f"/accounts/{ANN}/calendars")
    target = next(one["id"] for one in rows if one["name"] == "Projects")
    await microsoft.person("POST", f"/{event['id']}/move", destination=target)
    after = (await microsoft.graph("GET", f"/me/events/{event['id']}"))["id"]
    assert after != before
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("GET", f"/me/events/{before}")
    assert error.value.refusal == (404, "ErrorItemNotFound")
    (row,) = (await microsoft.delta(link))["value"]
    assert (row["id"], row["@removed"]) == (event["id"], {"reason": "deleted"})
    there = await microsoft.delta(path=f"/me/calendars/{target}/events/delta")
    assert [one["id"] for one in there["value"]] == [event["id"]]


async def test_the_change_key_moves_by_itself(microsoft: Microsoft, later: Callable[[float], None]) -> None:
    """Trap 10: two seconds after creation, with no visible change; If-Match with the old one is 412."""
    event = await microsoft.create()
    path = f"/me/events/{event['id']}"
    later(2)
    again = await microsoft.graph("GET", path, prefer=IMMUTABLE)
    moved = {"@odata.etag", "changeKey", "lastModifiedDateTime", "@odata.context"}
    assert {name for name in again if again[name] != event.get(name)} <= moved
    assert again["changeKey"] != event["changeKey"]
    for verb, body in (("PATCH", {"subject": "x"}), ("DELETE", None)):
        with pytest.raises(GraphFailure) as error:
            await microsoft.graph(verb, path, body, headers={"If-Match": event["@odata.etag"]})
        assert error.value.refusal == (412, "ErrorIrresolvableConflict")
    await microsoft.graph("PATCH", path, {"subject": "x"}, headers={"If-Match": again["@odata.etag"]})
    later(60)
    assert (await microsoft.graph("GET", path))["changeKey"] != again["changeKey"]
    await microsoft.graph("DELETE", path, headers={"If-Match": "*"})


async def test_bodies_are_rewritten(microsoft: Microsoft) -> None:
    """Trap 10: text becomes HTML, HTML is wrapped; text comes back only when asked for."""
    text = await microsoft.create(body={"contentType": "text", "content": "a < b\nsecond"})
    assert text["body"]["contentType"] == "html"
    assert "a &lt; b<br>\r\nsecond" in text["body"]["content"]
    assert text["bodyPreview"] == "a < b\r\nsecond"
    asked = await microsoft.graph("GET", f"/me/events/{text['id']}", prefer='outlook.body-content-type="text"')
    assert asked["body"] == {"contentType": "text", "content": "a < b\r\nsecond"}
    html = await microsoft.create(body={"contentType": "html", "content": "<p>one</p>"})
    assert html["body"]["content"].startswith("<html><head>")
    again = await microsoft.create(body=html["body"])
    assert again["body"] == html["body"]


async def test_an_online_meeting_that_loses_its_join_block_is_none(microsoft: Microsoft) -> None:
    """Its link is the block's, or a new block is made; an edit around the block changes nothing."""
    made = await microsoft.create(isOnlineMeeting=True, body={"contentType": "html", "content": "<p>Agenda</p>"})
    body, link = made["body"]["content"], made["onlineMeeting"]["joinUrl"]
    assert f'<div class="me-email-text"><a href="{link}"' in body
    edited = {"contentType": "html", "content": body.replace("Agenda", "Plan")}
    kept = await microsoft.graph("PATCH", f"/me/events/{made['id']}", {"body": edited})
    assert (kept["isOnlineMeeting"], kept["onlineMeeting"]["joinUrl"]) == (True, link)
    lost = await microsoft.graph(
        "PATCH", f"/me/events/{made['id']}", {"body": {"contentType": "text", "content": "Plan"}}
    )
    assert (lost["isOnlineMeeting"], lost["onlineMeeting"]) == (False, None)


async def test_extended_properties_only_where_expanded(microsoft: Microsoft) -> None:
    """Trap 13: not in the answer of the write, a get, a list or a delta."""
    properties = [{"id": MARKER, "value": "Deal-7"}]
    event = await microsoft.create(singleValueExtendedProperties=properties)
    path = f"/me/events/{event['id']}"
    plain = [
        event,
        await microsoft.graph("GET", path),
        *(await microsoft.graph("GET", "/me/events"))["value"],
        *(await microsoft.delta())["value"],
        await microsoft.graph("PATCH", path, {"singleValueExtendedProperties": properties}),
    ]
    assert not any("singleValueExtendedProperties" in one for one in plain)
    expanded = await microsoft.graph("GET", path, params=_EXPANDED)
    assert expanded["singleValueExtendedProperties"] == properties
    selected = await microsoft.graph("GET", path, params=_EXPANDED | {"$select": "subject"})
    assert selected.keys() == {"@odata.context", "@odata.etag", "id", "subject", "singleValueExtendedProperties"}


async def test_the_same_transaction_is_the_same_event(microsoft: Microsoft) -> None:
    """Trap 12: and without one a repeated POST makes two."""
    once = await microsoft.create(transactionId="t-1", subject="first")
    again = await microsoft.create(transactionId="t-1", subject="second")
    assert (again["id"], again["subject"]) == (once["id"], "first")
    assert (await microsoft.create())["id"] != (await microsoft.create())["id"]
    await microsoft.graph("DELETE", f"/me/events/{once['id']}")
    assert (await microsoft.create(transactionId="t-1"))["id"] != once["id"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start": {"dateTime": "2026-12-01T10:00:00", "timeZone": "UTC"}}, "Event.Start property for an all-day"),
        ({"end": {"dateTime": "2026-12-02T10:00:00", "timeZone": "UTC"}}, "Event.End property for an all-day"),
        ({"end": {"dateTime": "2026-12-02T00:00:00", "timeZone": "Europe/Berlin"}}, "the same time zone"),
        ({"end": {"dateTime": "2026-12-01T00:00:00", "timeZone": "UTC"}}, "at least 24 hours"),
    ],
)
async def test_all_day_events_are_midnight_to_midnight(microsoft: Microsoft, change: Json, words: str) -> None:
    """Trap 11."""
    day: Json = {
        "isAllDay": True,
        "start": {"dateTime": "2026-12-01T00:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2026-12-02T00:00:00", "timeZone": "UTC"},
    }
    assert (await microsoft.create(**day))["isAllDay"]
    with pytest.raises(GraphFailure, match=words) as error:
        await microsoft.create(**day | change)
    assert error.value.refusal == (400, "ErrorInvalidRequest")


async def test_all_day_events_float(microsoft: Microsoft) -> None:
    """Trap 11: read as midnight in any zone, but filtered by the instant that is kept."""
    tokyo: Json = {
        name: {"dateTime": f"2026-12-0{day}T00:00:00", "timeZone": "Tokyo Standard Time"}
        for name, day in (("start", 2), ("end", 3))
    }
    event = await microsoft.create(isAllDay=True, **tokyo)
    for zone in ("UTC", "Pacific Standard Time"):
        shown = await microsoft.graph("GET", f"/me/events/{event['id']}", prefer=f'outlook.timezone="{zone}"')
        assert shown["start"] == {"dateTime": "2026-12-02T00:00:00.0000000", "timeZone": zone}
    window = {"startDateTime": "2026-12-02T16:00:00Z", "endDateTime": "2026-12-02T20:00:00Z"}
    assert (await microsoft.graph("GET", "/me/calendarView", params=window))["value"] == []


async def test_between_all_day_and_timed(microsoft: Microsoft) -> None:
    midnight = {
        name: {"dateTime": f"2026-12-0{day}T00:00:00", "timeZone": "UTC"} for name, day in (("start", 1), ("end", 2))
    }
    event = await microsoft.create()
    path = f"/me/events/{event['id']}"
    assert (await microsoft.graph("PATCH", path, midnight | {"isAllDay": True}))["isAllDay"]
    with pytest.raises(GraphFailure):
        await microsoft.graph("PATCH", path, timed())
    assert not (await microsoft.graph("PATCH", path, timed() | {"isAllDay": False}))["isAllDay"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Europe/Berlin", "W. Europe Standard Time"),
        ("W. Europe Standard Time", "W. Europe Standard Time"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("UTC", "UTC"),
    ],
)
async def test_zones_by_any_name(microsoft: Microsoft, given: str, kept: str) -> None:
    """Trap 11: Windows names come back."""
    event = await microsoft.create(**timed(zone=given))
    assert (event["originalStartTimeZone"], event["originalEndTimeZone"]) == (kept, kept)


@pytest.mark.parametrize("zone", ["Mars/Base", "", None])
async def test_unknown_zones(microsoft: Microsoft, zone: str | None) -> None:
    moment = {"dateTime": "2026-12-01T10:00:00", "timeZone": zone}
    with pytest.raises(GraphFailure) as error:
        await microsoft.create(start=moment)
    assert error.value.refusal == (400, "TimeZoneNotSupportedException")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"start": None}, "ErrorInvalidRequest"),
        (
            {"end": {"dateTime": "2026-12-01T09:00:00", "timeZone": "Europe/Berlin"}},
            "ErrorCalendarEndDateIsEarlierThanStartDate",
        ),
        ({"start": {"dateTime": "noon", "timeZone": "UTC"}}, "RequestBodyRead"),
        ({"attendees": [{"type": "required"}]}, "ErrorPropertyValidationFailure"),
    ],
)
async def test_bad_events(microsoft: Microsoft, wrong: Json, code: str) -> None:
    with pytest.raises(GraphFailure) as error:
        await microsoft.create(**wrong)
    assert error.value.refusal == (400, code)


async def test_an_event_may_take_no_time(microsoft: Microsoft) -> None:
    same = timed()["start"]
    event = await microsoft.create(start=same, end=same)
    assert event["start"] == event["end"]


async def test_a_deleted_event_is_gone(microsoft: Microsoft) -> None:
    event = await microsoft.create()
    path = f"/me/events/{event['id']}"
    await microsoft.graph("DELETE", path)
    for verb in ("GET", "DELETE"):
        with pytest.raises(GraphFailure) as error:
            await microsoft.graph(verb, path)
        assert error.value.refusal == (404, "ErrorItemNotFound")


async def test_ids_are_case_sensitive(microsoft: Microsoft) -> None:
    event = await microsoft.create()
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("GET", f"/me/events/{event['id'].swapcase()}")
    assert error.value.refusal[0] in {400, 404}
