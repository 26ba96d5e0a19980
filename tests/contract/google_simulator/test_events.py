"""Writing and reading events through Google's own client library (providers/google.md 1.3, 1.5)."""

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.contract.google_simulator.driver import Google, refusal
from tests.support.simulator_driver import ANN, timed


async def test_insert_answers_as_google_does(google: Google) -> None:
    """Calendar's offset in dateTime, quoted etag, organizer and creator, iCalUID from the id."""
    event = await google.insert(
        summary="Visit", start={"dateTime": "2026-12-01T09:00:00Z"}, end={"dateTime": "2026-12-01T10:00:00Z"}
    )
    assert event["start"] == {"dateTime": "2026-12-01T10:00:00+01:00", "timeZone": "Europe/Berlin"}
    assert event["iCalUID"] == f"{event['id']}@google.com"
    assert event["etag"].startswith('"')
    assert event["organizer"] == {"email": ANN, "self": True}
    assert event["status"] == "confirmed"
    assert "transparency" not in event


async def test_client_id_is_taken_once_and_for_ever(google: Google) -> None:
    """409 duplicate, also for the id of a deleted event; a patch revives it."""
    await google.insert(id="abcde12345")
    with pytest.raises(HttpError) as twice:
        await google.insert(id="abcde12345")
    assert refusal(twice.value) == (409, "duplicate")
    await google.send(google.api.events().delete(calendarId="primary", eventId="abcde12345"))
    with pytest.raises(HttpError) as again:
        await google.insert(id="abcde12345")
    assert refusal(again.value) == (409, "duplicate")
    got = await google.send(google.api.events().get(calendarId="primary", eventId="abcde12345"))
    assert got["status"] == "cancelled"
    body = {"status": "confirmed"}
    back = await google.send(google.api.events().patch(calendarId="primary", eventId="abcde12345", body=body))
    assert back["status"] == "confirmed"


async def test_deleting_twice_is_410(google: Google) -> None:
    event = await google.insert()
    request = google.api.events().delete(calendarId="primary", eventId=event["id"])
    assert await google.send(request) == ""
    with pytest.raises(HttpError) as error:
        await google.send(request)
    assert refusal(error.value) == (410, "deleted")


@pytest.mark.parametrize("method", ["patch", "update", "delete"])
async def test_stale_etag_is_412(google: Google, method: str) -> None:
    event = await google.insert()
    await google.control("POST", f"/accounts/{ANN}/calendars/primary/events/{event['id']}/touch")
    arguments: dict[str, Any] = {"calendarId": "primary", "eventId": event["id"]}
    if method != "delete":
        arguments["body"] = timed(2)
    request = getattr(google.api.events(), method)(**arguments)
    with pytest.raises(HttpError) as error:
        await google.send(request, **{"If-Match": event["etag"]})
    assert refusal(error.value) == (412, "conditionNotMet")
    fresh = await google.send(google.api.events().get(calendarId="primary", eventId=event["id"]))
    await google.send(request, **{"If-Match": fresh["etag"]})


async def test_patch_nulls_delete_and_arrays_replace(google: Google) -> None:
    """Trap 11: attendees are replaced as a whole; the rest of an object is merged."""
    event = await google.insert(
        description="keep?",
        attendees=[{"email": "bob@other.test"}, {"email": ANN}],
        extendedProperties={"private": {"a": "1", "b": "2"}},
    )
    assert [guest.get("self") for guest in event["attendees"]] == [None, True]
    change = {
        "description": None,
        "attendees": [{"email": "eve@other.test"}],
        "extendedProperties": {"private": {"a": None}},
    }
    patched = await google.send(google.api.events().patch(calendarId="primary", eventId=event["id"], body=change))
    assert "description" not in patched
    assert [guest["email"] for guest in patched["attendees"]] == ["eve@other.test"]
    assert patched["extendedProperties"] == {"private": {"b": "2"}}


async def test_update_replaces_everything_and_minds_the_sequence(google: Google) -> None:
    """Trap 10: PUT with a sequence below the current one is 400."""
    event = await google.insert(summary="A", description="gone after PUT")
    patch = google.api.events().patch(calendarId="primary", eventId=event["id"], body=timed(3))
    moved = await google.send(patch)
    assert moved["sequence"] == 1
    with pytest.raises(HttpError) as error:
        await google.send(google.api.events().update(calendarId="primary", eventId=event["id"], body=timed(4)))
    assert refusal(error.value) == (400, "invalid")
    put = google.api.events().update(calendarId="primary", eventId=event["id"], body=timed(4) | {"sequence": 1})
    replaced = await google.send(put)
    assert "description" not in replaced
    assert "summary" not in replaced


async def test_switching_to_all_day_needs_the_other_field_nulled(google: Google) -> None:
    """Trap 12."""
    event = await google.insert()
    half = {"start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}}
    with pytest.raises(HttpError) as error:
        await google.send(google.api.events().patch(calendarId="primary", eventId=event["id"], body=half))
    assert refusal(error.value) == (400, "invalid")
    whole = {side: value | {"dateTime": None, "timeZone": None} for side, value in half.items()}
    switched = await google.send(google.api.events().patch(calendarId="primary", eventId=event["id"], body=whole))
    assert switched["start"] == {"date": "2026-12-01"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"end": {"dateTime": "2026-12-01T10:00:00", "timeZone": "Europe/Berlin"}}, (400, "timeRangeEmpty")),
        (
            {
                "start": {"dateTime": "2026-12-01T10:00:00+01:00"},
                "end": {"dateTime": "2026-12-01T11:00:00+01:00"},
                "recurrence": ["RRULE:FREQ=DAILY"],
            },
            (400, "required"),
        ),
        ({"recurrence": ["RRULE:FREQ=NEVER"]}, (400, "invalid")),
        ({"id": "UPPER!"}, (400, "invalid")),
        ({"attendees": [{"displayName": "nobody"}]}, (400, "required")),
        ({"visibility": "secret"}, (400, "invalid")),
        (
            {"eventType": "outOfOffice", "start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}},
            (400, "malformedOutOfOfficeEvent"),
        ),
    ],
)
async def test_what_google_refuses(google: Google, change: Any, expected: tuple[int, str]) -> None:
    with pytest.raises(HttpError) as error:
        await google.insert(**change)
    assert refusal(error.value) == expected


async def test_guest_may_not_change_what_all_share(google: Google) -> None:
    """403 forbiddenForNonOrganizer; his own answer he may change."""
    invitation = timed() | {
        "organizer": {"email": "boss@other.test"},
        "attendees": [{"email": ANN, "responseStatus": "needsAction"}],
    }
    event = await google.control("POST", f"/accounts/{ANN}/calendars/primary/events", invitation)
    patch = google.api.events().patch
    with pytest.raises(HttpError) as error:
        await google.send(patch(calendarId="primary", eventId=event["id"], body={"summary": "mine"}))
    assert refusal(error.value) == (403, "forbiddenForNonOrganizer")
    answer = {"attendees": [{"email": ANN, "responseStatus": "accepted"}]}
    mine = await google.send(patch(calendarId="primary", eventId=event["id"], body=answer))
    assert mine["attendees"][0]["responseStatus"] == "accepted"


async def test_move_is_a_tombstone_here_and_the_same_id_there(google: Google) -> None:
    """Trap 16."""
    entries = await google.send(google.api.calendarList().list())
    other = next(one["id"] for one in entries["items"] if one["summary"] == "Projects")
    event = await google.insert(summary="wandering")
    request = google.api.events().move(calendarId="primary", eventId=event["id"], destination=other)
    moved = await google.send(request)
    assert (moved["id"], moved["organizer"]["email"]) == (event["id"], other)
    here = await google.send(google.api.events().get(calendarId="primary", eventId=event["id"]))
    assert here["status"] == "cancelled"


async def test_read_only_calendar_refuses_writes(google: Google) -> None:
    entries = await google.send(google.api.calendarList().list())
    holidays = next(one["id"] for one in entries["items"] if one["accessRole"] == "reader")
    with pytest.raises(HttpError) as error:
        await google.send(google.api.events().insert(calendarId=holidays, body=timed()))
    assert refusal(error.value) == (403, "requiredAccessLevel")


@pytest.mark.parametrize(
    ("send_updates", "mailed"),
    [
        (None, []),
        ("none", []),
        ("all", ["bob@other.test"]),
        ("externalOnly", ["bob@other.test"]),
    ],
)
async def test_mails_are_only_sent_when_asked(google: Google, send_updates: str | None, mailed: list[str]) -> None:
    """I1: the mail log proves that nobody is mailed."""
    query = {"sendUpdates": send_updates} if send_updates else {}
    body = timed() | {"attendees": [{"email": "bob@other.test"}]}
    await google.send(google.api.events().insert(calendarId="primary", body=body, **query))
    assert [email for mail in await google.control("GET", "/mails") for email in mail["to"]] == mailed


async def test_truncated_guest_list(google: Google) -> None:
    """Trap 11: maxAttendees leaves only oneself, attendeesOmitted says so."""
    event = await google.insert(attendees=[{"email": ANN}, {"email": "b@o.test"}, {"email": "c@o.test"}])
    get = google.api.events().get(calendarId="primary", eventId=event["id"], maxAttendees=1)
    got = await google.send(get)
    assert [guest["email"] for guest in got["attendees"]] == [ANN]
    assert got["attendeesOmitted"] is True


@pytest.mark.parametrize(
    ("role", "visibility", "hidden"),
    [
        ("writerWithoutPrivateAccess", "private", True),
        ("writerWithoutPrivateAccess", "default", False),
        ("freeBusyReader", "default", True),
    ],
)
async def test_details_depend_on_the_role(google: Google, role: str, visibility: str, *, hidden: bool) -> None:
    """Trap 15."""
    await google.control("POST", f"/accounts/{ANN}/calendars", {"id": "shared@group.test", "role": role})
    body = timed() | {"summary": "secret plan", "visibility": visibility}
    await google.control("POST", f"/accounts/{ANN}/calendars/shared@group.test/events", body)
    page = await google.send(google.api.events().list(calendarId="shared@group.test"))
    assert (page["items"][0]["summary"] == "busy") is hidden


async def test_import_finds_by_ical_uid(google: Google) -> None:
    body = timed() | {"iCalUID": "x@elsewhere.test", "summary": "one"}
    first = await google.send(google.api.events().import_(calendarId="primary", body=body))
    second = await google.send(google.api.events().import_(calendarId="primary", body=body | {"summary": "two"}))
    assert (second["id"], second["summary"]) == (first["id"], "two")


async def test_copy_keeps_hidden_properties(google: Google) -> None:
    """K3: a copy made in Google's page carries our marker and has an id of its own."""
    event = await google.insert(extendedProperties={"private": {"marker": "7"}})
    copy = await google.control("POST", f"/accounts/{ANN}/calendars/primary/events/{event['id']}/copy", {})
    found = await google.events(privateExtendedProperty="marker=7")
    assert {one["id"] for one in found["items"]} == {event["id"], copy["id"]}
    assert copy["iCalUID"] != event["iCalUID"]
