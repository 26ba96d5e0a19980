"""Calendars and their rights, lists, path forms, and meetings (providers/graph.md 2.3, 2.4; traps 15 and 16)."""

from urllib.parse import quote

import pytest

from tests.contract.microsoft_simulator.driver import IMMUTABLE, MARKER, GraphFailure, Microsoft, daily
from tests.support.simulator_driver import ANN, timed


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
    """Facts 2.2: somebody else's events have other ids, and their calendar's path alone; private details are hidden."""
    await microsoft.control("POST", "/accounts", {"email": "eve@example.com"})
    hers = (await microsoft.control("GET", "/accounts/eve@example.com/calendars"))[0]["id"]
    path = f"/accounts/eve@example.com/calendars/{hers}/events"
    private = await microsoft.control("POST", path, timed() | {"summary": "doctor", "visibility": "private"})
    shared = await microsoft.control("POST", f"/accounts/{ANN}/calendars", {"id": hers, "role": "reader"})
    assert (shared["id"] != hers, shared["owner"]["address"]) == (True, "eve@example.com")
    (row,) = (await microsoft.graph("GET", f"/me/calendars/{shared['id']}/events"))["value"]
    assert (row["id"] != private["id"], row["iCalUId"]) == (True, private["iCalUID"])
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("GET", f"/me/events/{row['id']}")
    assert error.value.refusal[0] == 404
    shown = await microsoft.graph("GET", f"/me/calendars/{shared['id']}/events/{row['id']}")
    assert (shown["subject"], shown["body"]["content"]) == ("Private appointment", "")
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("DELETE", f"/me/calendars/{shared['id']}/events/{row['id']}")
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
    assert "delete “y” to bob@other.test" in (await microsoft.http.get("/")).text
