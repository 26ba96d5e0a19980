"""Events by themselves: writing, ids, zones, bodies, extended properties, meetings (facts 2.3, 2.4; traps 8 to 16)."""

from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.contract.microsoft_simulator.driver import (
    ANN,
    IMMUTABLE,
    MARKER,
    GraphFailure,
    Json,
    Microsoft,
    daily,
    timed,
)

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


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [(MARKER, "Deal-7", 1), (MARKER, "deal-7", 1), (MARKER, "Deal-8", 0), (MARKER.lower(), "Deal-7", 0)],
)
async def test_search_by_extended_property(microsoft: Microsoft, name: str, value: str, found: int) -> None:
    """Facts 2.3: the name's case counts, the value's does not."""
    await microsoft.create(singleValueExtendedProperties=[{"id": MARKER, "value": "Deal-7"}])
    await microsoft.create()
    asked = f"singleValueExtendedProperties/Any(ep: ep/id eq '{name}' and ep/value eq '{value}')"
    rows = (await microsoft.graph("GET", "/me/calendar/events", params={"$filter": asked}))["value"]
    assert len(rows) == found
    assert not any("singleValueExtendedProperties" in row for row in rows)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("start/dateTime ge '2026-12-02T00:00:00'", {"late"}),
        ("start/dateTime lt '2026-12-02T00:00:00' and isAllDay eq false", {"early"}),
        ("subject eq 'late' or startswith(subject,'EAR')", {"early", "late"}),
        ("not (subject eq 'late')", {"early"}),
        ("lastModifiedDateTime gt 2026-11-24T00:00:00Z", set()),
        ("contains(subject,'''')", set()),
    ],
)
async def test_filters(microsoft: Microsoft, asked: str, found: set[str]) -> None:
    await microsoft.create(subject="early")
    await microsoft.create(subject="late", **timed(5))
    rows = (await microsoft.graph("GET", "/me/events", params={"$filter": asked, "$select": "subject"}))["value"]
    assert {row["subject"] for row in rows} == found


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


async def test_forms_of_a_path(microsoft: Microsoft) -> None:
    """Trap 15."""
    event = await microsoft.create()
    user = (await microsoft.graph("GET", "/me"))["id"]
    for path in (
        f"/me/events/{quote(event['id'], safe='')}",
        f"/users/{user}/events/{event['id']}",
        f"/users/{quote(ANN)}/events/{event['id']}",
        f"/Me/Events/{event['id']}",
        f"/me/calendar/events/{event['id']}",
        f"/me/events/{event['id']}?%24select=subject",
    ):
        assert (await microsoft.graph("GET", path, prefer=IMMUTABLE))["id"] == event["id"]
    for form in ("delta", "delta()", "microsoft.graph.delta()"):
        path = f"/me/calendar/events/{form}"
        assert [row["id"] for row in (await microsoft.delta(path=path))["value"]] == [event["id"]]
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("GET", "/users/somebody@else.test/events")
    assert error.value.refusal == (403, "ErrorAccessDenied")


async def test_lists_have_pages(microsoft: Microsoft) -> None:
    """Facts 2.3: singles and masters, ten a page; the link carries the whole query."""
    for number in range(11):
        await microsoft.create(subject=f"{number:02}")
    await microsoft.create(subject="series", **daily())
    page = await microsoft.graph("GET", "/me/events", params={"$select": "subject", "$count": "true"})
    rest = await microsoft.graph("GET", page["@odata.nextLink"])
    assert (len(page["value"]), len(rest["value"]), page["@odata.count"]) == (10, 2, 12)
    assert rest["value"][1].keys() == {"@odata.etag", "id", "subject"}
    ordered = {"$orderby": "subject desc", "$top": "1"}
    assert (await microsoft.graph("GET", "/me/events", params=ordered))["value"][0]["subject"] == "series"


async def test_calendars_and_their_rights(microsoft: Microsoft) -> None:
    """A5: what can be edited; a calendar of its own path; read-only ones refuse writes."""
    page = await microsoft.graph("GET", "/me/calendars", params={"$top": "3"})
    rows = page["value"] + (await microsoft.graph("GET", page["@odata.nextLink"]))["value"]
    rights = {row["name"]: (row["canEdit"], row["isDefaultCalendar"]) for row in rows}
    assert rights == {
        "Calendar": (True, True),
        "Projects": (True, False),
        "United States holidays": (False, False),
        "Birthdays": (False, False),
    }
    birthdays = next(row["id"] for row in rows if row["name"] == "Birthdays")
    assert (await microsoft.graph("GET", f"/me/calendars/{birthdays}"))["name"] == "Birthdays"
    with pytest.raises(GraphFailure) as error:
        await microsoft.create(f"/me/calendars/{birthdays}/events")
    assert error.value.refusal == (403, "ErrorAccessDenied")
    await microsoft.control("DELETE", f"/accounts/{ANN}/calendars/{birthdays}")
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("GET", f"/me/calendars/{birthdays}/events")
    assert error.value.refusal == (404, "ErrorItemNotFound")


async def test_a_shared_calendar_has_a_path_of_its_own(microsoft: Microsoft) -> None:
    """Facts 2.2: `/me/events/{id}` does not find what lies in somebody else's; private details are hidden."""
    await microsoft.control("POST", "/accounts", {"email": "eve@example.com"})
    hers = (await microsoft.control("GET", "/accounts/eve@example.com/calendars"))[0]["id"]
    path = f"/accounts/eve@example.com/calendars/{hers}/events"
    private = await microsoft.control("POST", path, timed() | {"summary": "doctor", "visibility": "private"})
    shared = await microsoft.control("POST", f"/accounts/{ANN}/calendars", {"id": hers, "role": "reader"})
    assert (shared["id"] != hers, shared["owner"]["address"]) == (True, "eve@example.com")
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("GET", f"/me/events/{private['id']}")
    assert error.value.refusal[0] == 404
    shown = await microsoft.graph("GET", f"/me/calendars/{shared['id']}/events/{private['id']}")
    assert (shown["subject"], shown["body"]["content"]) == ("Private appointment", "")
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("DELETE", f"/me/calendars/{shared['id']}/events/{private['id']}")
    assert error.value.refusal[0] == 403


async def _invitation(microsoft: Microsoft) -> str:
    guests = [{"email": ANN, "self": True, "responseStatus": "needsAction"}]
    body = timed() | {"summary": "Review", "organizer": {"email": "boss@other.test"}, "attendees": guests}
    return str((await microsoft.person("POST", body=body))["id"])


async def test_a_guest_changes_his_own_copy_only(microsoft: Microsoft) -> None:
    """Trap 16: what belongs to the organizer stays as it is."""
    path = f"/me/events/{await _invitation(microsoft)}"
    changed = await microsoft.graph("PATCH", path, {"subject": "mine", "showAs": "free"} | timed(2))
    assert (changed["subject"], changed["showAs"]) == ("Review", "free")
    assert changed["start"]["dateTime"] == "2026-12-01T09:00:00.0000000"
    assert (changed["isOrganizer"], changed["responseStatus"]["response"]) == (False, "notResponded")
    with pytest.raises(GraphFailure):
        await microsoft.graph("POST", f"{path}/cancel")


@pytest.mark.parametrize(
    ("act", "answer"),
    [("accept", "accepted"), ("decline", "declined"), ("tentativelyAccept", "tentativelyAccepted")],
)
async def test_a_guest_answers(microsoft: Microsoft, act: str, answer: str) -> None:
    path = f"/me/events/{await _invitation(microsoft)}"
    await microsoft.graph("POST", f"{path}/{act}", {"sendResponse": False})
    event = await microsoft.graph("GET", path)
    assert event["responseStatus"]["response"] == answer
    assert event["attendees"][0]["status"]["response"] == answer


async def test_a_cancelled_meeting_stays_until_removed(microsoft: Microsoft) -> None:
    """Trap 16."""
    event_id = await _invitation(microsoft)
    await microsoft.person("POST", f"/{event_id}/call-off")
    event = await microsoft.graph("GET", f"/me/events/{event_id}")
    assert (event["isCancelled"], event["subject"]) == (True, "Canceled: Review")
    await microsoft.graph("DELETE", f"/me/events/{event_id}")
    assert await microsoft.control("GET", "/mails") == []


async def test_the_organizers_guests_are_always_mailed(microsoft: Microsoft) -> None:
    """Facts 2.4: also when nobody asked for an answer; deleting cancels for everybody."""
    guests = [{"emailAddress": {"address": "bob@other.test"}}]
    event = await microsoft.create(subject="x", attendees=guests, responseRequested=False)
    await microsoft.graph("PATCH", f"/me/events/{event['id']}", {"subject": "y"})
    await microsoft.graph("DELETE", f"/me/events/{event['id']}")
    mails = await microsoft.control("GET", "/mails")
    assert [(one["what"], one["to"]) for one in mails] == [
        ("create", ["bob@other.test"]),
        ("update", ["bob@other.test"]),
        ("delete", ["bob@other.test"]),
    ]
