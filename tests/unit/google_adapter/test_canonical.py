"""Google's event resources as canonical items: times, series, tombstones, rights, what is broken."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from connector.domain.provider.items import (
    EventRead,
    EventRemoved,
    OccurrenceCancelled,
    OccurrenceRead,
    SeriesRead,
    Unreadable,
)
from contracts.calendar_objects import EventAttendee, Marker, Occurrence
from contracts.times import AllDay, Timed
from tests.unit.google_adapter.resources import read, snapshot


def span(start: str, end: str, zone: str) -> Timed:
    return Timed(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end), timezone=zone)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (
            {"dateTime": "2026-11-03T12:00:00+01:00", "timeZone": "Asia/Tokyo"},
            {"dateTime": "2026-11-03T13:00:00+01:00", "timeZone": "Europe/Berlin"},
            span("2026-11-03T11:00:00+00:00", "2026-11-03T12:00:00+00:00", "Asia/Tokyo"),
        ),
        (
            {"dateTime": "2026-11-03T12:00:00-05:00"},
            {"dateTime": "2026-11-03T13:00:00-05:00"},
            span("2026-11-03T17:00:00+00:00", "2026-11-03T18:00:00+00:00", "Europe/Rome"),
        ),
        (
            {"dateTime": "2026-11-03T12:00:00", "timeZone": "W. Europe Standard Time"},
            {"dateTime": "2026-11-03T13:00:00", "timeZone": "W. Europe Standard Time"},
            span("2026-11-03T11:00:00+00:00", "2026-11-03T12:00:00+00:00", "Europe/Berlin"),
        ),
        (
            {"dateTime": "2026-03-29T02:30:00", "timeZone": "Europe/Berlin"},
            {"dateTime": "2026-03-29T03:30:00", "timeZone": "Europe/Berlin"},
            span("2026-03-29T01:30:00+00:00", "2026-03-29T01:30:00+00:00", "Europe/Berlin"),
        ),
        (
            {"dateTime": "2026-10-25T02:30:00", "timeZone": "Europe/Berlin"},
            {"dateTime": "2026-10-25T02:45:00", "timeZone": "Europe/Berlin"},
            span("2026-10-25T00:30:00+00:00", "2026-10-25T00:45:00+00:00", "Europe/Berlin"),
        ),
        (
            {"dateTime": "2026-11-03T12:00:00Z", "timeZone": "UTC"},
            {"dateTime": "2026-11-03T11:00:00Z", "timeZone": "UTC"},
            span("2026-11-03T12:00:00+00:00", "2026-11-03T12:00:00+00:00", "UTC"),
        ),
        ({"date": "2026-11-03"}, {"date": "2026-11-05"}, AllDay(start=date(2026, 11, 3), end=date(2026, 11, 5))),
        ({"date": "2026-11-03"}, {"date": "2026-11-03"}, AllDay(start=date(2026, 11, 3), end=date(2026, 11, 4))),
        ({"date": "2026-11-03"}, None, AllDay(start=date(2026, 11, 3), end=date(2026, 11, 4))),
    ],
    ids=["zone", "offset-only", "windows", "gap", "fold", "end-first", "days", "no-days", "no-end"],
)
def test_d6_times(start: dict[str, str], end: dict[str, str] | None, expected: Timed | AllDay) -> None:
    assert snapshot(start=start, end=end).fields.time == expected


def test_f6_titles_and_places_are_kept_and_descriptions_are_read_as_text() -> None:
    fields = snapshot(summary=None, location=" Café <b> ", description="<b>a</b>\r\nb\rc 🍜 &lt;b&gt;").fields
    assert (fields.summary, fields.location, fields.description) == ("", " Café <b> ", "a\nb\nc 🍜 <b>")


def test_a_master_is_a_series_with_its_lines() -> None:
    lines = ["RRULE:FREQ=WEEKLY", "EXDATE;TZID=Europe/Berlin:20261110T120000"]
    item = read(recurrence=lines, id="abc_R20261103T110000")
    assert isinstance(item, SeriesRead)
    assert (item.recurrence, item.lineage) == (tuple(lines), "abc")


@pytest.mark.parametrize(
    ("original", "place"),
    [
        ({"dateTime": "2026-11-10T12:00:00+01:00", "timeZone": "Europe/Berlin"}, "2026-11-10T11:00:00Z"),
        ({"date": "2026-11-10"}, "2026-11-10"),
        (None, "2026-11-17T11:00:00Z"),
    ],
)
def test_e3_an_exception_knows_its_place(original: dict[str, str] | None, place: str) -> None:
    item = read(id="abc_20261117T110000Z", recurringEventId="abc_R20261103", originalStartTime=original)
    assert isinstance(item, OccurrenceRead)
    assert item.event.occurrence == Occurrence(series_id="abc_R20261103", lineage="abc", original_start=place)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"id": "abc"}, EventRemoved("abc")),
        ({"id": "abc_R20201130T010000"}, EventRemoved("abc_R20201130T010000")),
        (
            {"id": "abc", "updated": "2026-11-01T08:00:00.000Z", "recurrence": ["RRULE:FREQ=DAILY"]},
            EventRemoved("abc", datetime(2026, 11, 1, 8, tzinfo=UTC)),
        ),
        (
            {"id": "abc_20261110T110000Z"},
            OccurrenceCancelled("abc_20261110T110000Z", "abc", "2026-11-10T11:00:00Z"),
        ),
        ({"id": "abc_20261110"}, OccurrenceCancelled("abc_20261110", "abc", "2026-11-10")),
        (
            {"id": "abc_R20201130T010000_20261110T110000Z"},
            OccurrenceCancelled(
                "abc_R20201130T010000_20261110T110000Z", "abc_R20201130T010000", "2026-11-10T11:00:00Z"
            ),
        ),
        (
            {
                "id": "abc_20261110T110000Z",
                "recurringEventId": "abc_R20201130T010000",
                "originalStartTime": {"dateTime": "2026-11-10T12:00:00+01:00"},
            },
            OccurrenceCancelled("abc_20261110T110000Z", "abc_R20201130T010000", "2026-11-10T11:00:00Z"),
        ),
    ],
)
def test_h2_tombstones_full_and_sparse(raw: dict[str, Any], expected: object) -> None:
    nothing: dict[str, Any] = dict.fromkeys(
        ["etag", "htmlLink", "created", "updated", "summary", "creator", "organizer", "start", "end", "iCalUID"]
    )
    assert read(**nothing | raw, status="cancelled") == expected


@pytest.mark.parametrize(
    ("changes", "is_organizer", "editable"),
    [
        ({}, True, True),
        ({"organizer": None, "creator": None}, True, True),
        ({"organizer": {"email": "boss@example.net"}}, False, False),
        ({"organizer": {"email": "boss@example.net"}, "guestsCanModify": True}, False, True),
        ({"locked": True}, True, False),
        ({"privateCopy": True}, True, False),
        ({"eventType": "focusTime"}, True, False),
        ({"eventType": "somethingNew"}, True, False),
        ({"visibility": "private"}, True, True),
        ({"visibility": "private", "organizer": None, "creator": None, "summary": "busy"}, False, False),
    ],
)
def test_e5_h3_who_may_change_it(changes: dict[str, Any], is_organizer: bool, editable: bool) -> None:
    event = snapshot(**changes)
    assert (event.is_organizer, event.editable) == (is_organizer, editable)


@pytest.mark.parametrize(
    ("given", "expected"),
    [(None, "default"), ("public", "public"), ("private", "private"), ("confidential", "private"), ("new", "private")],
)
def test_g2_visibility(given: str | None, expected: str) -> None:
    assert snapshot(visibility=given).visibility == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("outOfOffice", "out_of_office"),
        ("focusTime", "focus_time"),
        ("fromGmail", "from_gmail"),
        ("workingLocation", "working_location"),
        ("birthday", "birthday"),
        ("somethingNew", "default"),
        (None, "default"),
    ],
)
def test_d7_event_types(given: str | None, expected: str) -> None:
    assert snapshot(eventType=given).event_type == expected


def test_d7_f5_own_answer_and_guests_without_rooms_and_strangers() -> None:
    event = snapshot(
        attendees=[
            {"email": "ana@example.org", "self": True, "responseStatus": "declined"},
            {"email": "b@example.org", "displayName": "B", "organizer": True, "responseStatus": "accepted"},
            {"email": "room@resource.calendar.google.com", "resource": True, "responseStatus": "accepted"},
            {"id": "1234", "responseStatus": "accepted"},
            {"email": "c@example.org", "responseStatus": "maybe"},
        ]
    )
    assert event.response == "declined"
    assert event.attendees == (
        EventAttendee(email="ana@example.org", status="declined"),
        EventAttendee(email="b@example.org", name="B", status="accepted", is_organizer=True),
        EventAttendee(email="c@example.org"),
    )


PHONE = {"entryPointType": "phone", "uri": "tel:1"}
VIDEO = {"entryPointType": "video", "uri": "https://meet.example/x"}


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({"conferenceData": {"entryPoints": [PHONE, VIDEO]}}, "https://meet.example/x"),
        ({"hangoutLink": "https://hangouts.example/x"}, "https://hangouts.example/x"),
        ({"conferenceData": {"createRequest": {}}}, None),
        ({}, None),
    ],
)
def test_conference_links(changes: dict[str, Any], url: str | None) -> None:
    assert snapshot(**changes).conference_url == url


MARK = {"tandem_account": "k", "tandem_activity": "a", "tandem_version": "7", "tandem_origin": "crm"}


@pytest.mark.parametrize(
    ("private", "expected"),
    [
        (MARK, Marker(account_key="k", activity_id="a", version=7, origin="crm")),
        (MARK | {"tandem_version": "seven"}, None),
        (MARK | {"tandem_origin": "moon"}, None),
        ({"somebody": "else"}, None),
        ({name: MARK[name] for name in ("tandem_account", "tandem_activity")}, None),
    ],
)
def test_k2_markers_whole_or_none(private: dict[str, str], expected: Marker | None) -> None:
    assert snapshot(extendedProperties={"private": private}).marker == expected


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"start": {"dateTime": "2026-11-03T12:00:00Z", "timeZone": "Mars/X"}},
            "the time zone Mars/X is unknown",
        ),
        ({"start": None}, "an event without a start"),
        ({"start": {"dateTime": "soon"}}, "malformed: ValueError"),
        ({"start": "2026-11-03"}, "malformed: AttributeError"),
        ({"updated": "SECRET"}, "malformed: updated"),
        ({"summary": {"text": "SECRET"}}, "malformed: AttributeError"),
        ({"attendees": "SECRET"}, "malformed: AttributeError"),
        ({"recurringEventId": "other"}, "an occurrence without its original start"),
    ],
)
def test_invariant_6_what_nobody_can_read_has_a_reason_without_content(changes: dict[str, Any], reason: str) -> None:
    item = read(**changes)
    assert item == Unreadable("abc123", reason)


def test_invariant_6_a_row_without_an_id_is_unreadable() -> None:
    assert isinstance(read(id=None), Unreadable)


def test_hidden_details_read_as_a_private_block() -> None:
    hidden: dict[str, Any] = dict.fromkeys(["creator", "organizer", "htmlLink", "updated", "created", "iCalUID"])
    item = read(**hidden, summary="busy", visibility="private")
    assert isinstance(item, EventRead)
    assert (item.event.visibility, item.event.updated) == ("private", datetime.fromtimestamp(0, UTC))
