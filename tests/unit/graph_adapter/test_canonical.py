"""How Graph's events read (providers/graph.md 2.4): content, rights, kinds; what nobody can read stops nothing."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from connector.adapters.providers.exchange_store.versions import EventVersion
from connector.adapters.providers.graph.reading import read_item
from connector.domain.provider.items import EventRead, EventRemoved, Unreadable
from contracts.times import AllDay, Timed
from tests.unit.graph_adapter.resources import BERLIN, MARKER, marked, moment, read, resource, snapshot

GUEST = {"emailAddress": {"address": "bo@example.org", "name": "Bo"}, "status": {"response": "tentativelyAccepted"}}
ROOM = {"type": "resource", "emailAddress": {"address": "room@example.org"}}
THEIRS = {
    "isOrganizer": False,
    "organizer": {"emailAddress": {"address": "bo@example.org"}},
    "responseStatus": {"response": "declined"},
    "attendees": [GUEST, ROOM],
}


def test_f3_the_mapped_fields() -> None:
    fields = snapshot().fields
    assert (fields.summary, fields.location, fields.description) == ("Lunch", "Café", "A\nB")
    start = datetime(2026, 11, 3, 11, tzinfo=UTC)
    assert fields.time == Timed(start=start, end=start.replace(hour=12), timezone="Europe/Berlin")


@pytest.mark.parametrize(
    ("shows", "transparency", "status"),
    [
        ("free", "transparent", "confirmed"),
        ("workingElsewhere", "transparent", "confirmed"),
        ("tentative", "opaque", "tentative"),
        ("busy", "opaque", "confirmed"),
        ("oof", "opaque", "confirmed"),
        ("unknown", "opaque", "confirmed"),
    ],
)
def test_f3_how_it_shows(shows: str, transparency: str, status: str) -> None:
    event = snapshot(showAs=shows)
    assert (event.fields.transparency, event.status) == (transparency, status)


@pytest.mark.parametrize(
    ("sensitivity", "visibility"),
    [("normal", "default"), ("personal", "private"), ("private", "private"), ("confidential", "private")],
)
def test_g2_everything_but_normal_is_private(sensitivity: str, visibility: str) -> None:
    assert snapshot(sensitivity=sensitivity).visibility == visibility


def test_g2_a10_what_a_shared_calendar_hides_is_never_written_over() -> None:
    bare = {"subject": "Private appointment", "sensitivity": "private", "body": {"contentType": "html", "content": ""}}
    hidden, seen = read(**bare, location=None), read(**bare)
    assert isinstance(hidden, EventRead)
    assert isinstance(seen, EventRead)
    assert (hidden.provenance.hidden, hidden.event.editable, hidden.event.visibility) == (True, False, "private")
    assert (seen.provenance.hidden, seen.event.editable) == (False, True)
    ours = read(**bare, **marked(), location=None)
    assert isinstance(ours, EventRead)
    assert (ours.provenance.hidden, ours.event.editable) == (False, True)


def test_e5_h3_somebody_elses_meeting() -> None:
    event = snapshot(**THEIRS)
    assert (event.is_organizer, event.editable, event.response) == (False, False, "declined")


def test_f5_guests_are_people_and_know_their_organizer() -> None:
    [guest] = snapshot(**THEIRS).attendees
    assert (guest.email, guest.name, guest.status, guest.is_organizer) == ("bo@example.org", "Bo", "tentative", True)


def test_h1_a_meeting_that_was_called_off_is_gone() -> None:
    removed = read(isCancelled=True)
    assert removed == EventRemoved("AAkALgAA=", datetime(2026, 11, 1, 8, 0, 0, 123456, tzinfo=UTC))


def test_k2_the_mark_is_read_whatever_the_case_of_its_set() -> None:
    rows = [row | {"id": row["id"].replace("-c000-", "-C000-")} for row in marked()["singleValueExtendedProperties"]]
    assert snapshot(singleValueExtendedProperties=rows).marker == MARKER
    assert snapshot(singleValueExtendedProperties=rows[1:]).marker is None


def test_a_change_of_no_interest_keeps_the_hash() -> None:
    same = {"@odata.etag": 'W/"key2"', "lastModifiedDateTime": "2026-11-02T08:00:00Z", "categories": ["Red"]}
    assert snapshot(**same).hash == snapshot().hash
    assert snapshot(subject="Dinner").hash != snapshot().hash


def test_d6_the_zone_that_we_wrote_counts_while_it_is_the_same_to_windows() -> None:
    ours = marked("Europe/Rome")
    assert _zone(**ours) == "Europe/Rome"
    assert _zone(**ours, originalStartTimeZone="Tokyo Standard Time") == "Asia/Tokyo"
    assert _zone(**ours, originalStartTimeZone="tzone://Microsoft/Custom") == "Europe/Rome"
    assert _zone(originalStartTimeZone="tzone://Microsoft/Custom") == "UTC"
    assert _zone(originalStartTimeZone="tzone://Microsoft/Utc") == "UTC"


def _zone(**changes: Any) -> str:
    time = snapshot(**changes).fields.time
    assert isinstance(time, Timed)
    return time.timezone


def test_an_answer_in_another_zone_than_asked_for_is_understood() -> None:
    shown = {"start": moment("2026-11-03T12:00:00", "W. Europe Standard Time"), "end": moment("2026-11-03T12:00:00")}
    assert snapshot(**shown).fields.time.start == datetime(2026, 11, 3, 11, tzinfo=UTC)


def test_f2_days_are_the_same_ones_in_any_zone_that_is_answered() -> None:
    midnights = {"start": moment("2026-11-03T00:00:00", BERLIN), "end": moment("2026-11-04T00:00:00", BERLIN)}
    time = snapshot(isAllDay=True, **midnights).fields.time
    assert time == AllDay(start=date(2026, 11, 3), end=date(2026, 11, 4))


def test_fields_that_are_not_told_take_nothing_from_the_rest() -> None:
    names = ("body", "location", "showAs", "sensitivity", "attendees", "organizer", "isOrganizer", "isCancelled")
    bare = dict.fromkeys((*names, "isAllDay", "type", "responseStatus", "iCalUId", "webLink", "lastModifiedDateTime"))
    event = snapshot(**bare, originalStartTimeZone=None)
    assert (event.fields.summary, event.fields.description, event.is_organizer) == ("Lunch", "", True)
    assert event.fields.time == snapshot(originalStartTimeZone="UTC").fields.time


def test_fields_of_null_are_none_too() -> None:
    names = ("subject", "body", "location", "attendees", "organizer", "responseStatus", "onlineMeeting", "recurrence")
    event = snapshot(onlineMeetingUrl="")
    item = read_item(resource() | dict.fromkeys(names) | {"onlineMeetingUrl": ""}, "calendar")
    assert isinstance(item, EventRead)
    assert (item.event.fields.summary, item.event.conference_url, event.conference_url) == ("", None, None)


def test_a_change_without_an_offset_was_made_in_utc() -> None:
    assert snapshot(lastModifiedDateTime="2026-11-01T08:00:00").updated == datetime(2026, 11, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("name", ["UTC", "Utc", "tzone://Microsoft/Utc", "Coordinated Universal Time"])
def test_d6_utc_by_any_of_its_names(name: str) -> None:
    assert _zone(originalStartTimeZone=name) == "UTC"
    assert snapshot(start=moment("2026-11-03T11:00:00", name)).fields.time == snapshot().fields.time


def test_a_zone_that_only_the_start_tells_counts() -> None:
    start = moment("2026-11-03T12:00:00", BERLIN)
    assert _zone(originalStartTimeZone=None, start=start) == "Europe/Berlin"


def test_an_odd_zone_of_ours_is_none() -> None:
    assert _zone(**marked("Mars/Olympus"), originalStartTimeZone="UTC") == "UTC"


def test_f2_all_days_float() -> None:
    days = {"isAllDay": True, "start": moment("2026-11-03T00:00:00"), "end": moment("2026-11-05T00:00:00")}
    time = snapshot(**days).fields.time
    assert isinstance(time, AllDay)
    assert (time.start.isoformat(), time.end.isoformat()) == ("2026-11-03", "2026-11-05")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"start": None}, "an event without a start"),
        ({"start": {"dateTime": "9999-12-31T00:00:00"}}, "beyond what a calendar can compute with"),
        ({"start": {"dateTime": "soon"}}, "malformed: ValueError"),
        ({"attendees": "secret"}, "malformed"),
        ({"subject": 7}, "malformed: TypeError"),
        ({"start": moment("2026-11-03T12:00:00", "Mars Standard Time")}, "the time zone Mars Standard Time is unknown"),
    ],
)
def test_what_nobody_can_read_is_told_without_its_content(changes: dict[str, Any], reason: str) -> None:
    item = read(**changes)
    assert isinstance(item, Unreadable)
    assert reason in item.reason
    assert "secret" not in item.reason


@pytest.mark.parametrize(
    ("changes", "standing"), [({}, "own"), ({"attendees": [GUEST]}, "guests"), (THEIRS, "foreign")]
)
def test_i1_e5_the_version_tells_what_a_write_would_do(changes: dict[str, Any], standing: str) -> None:
    item = read(**changes, **marked("Europe/Rome"))
    assert isinstance(item, EventRead)
    assert EventVersion.parsed(item.etag) == EventVersion('W/"key1"', standing, "Europe/Rome")  # type: ignore[arg-type]


def test_an_etag_that_is_not_shown_is_made_of_the_change_key() -> None:
    item = read(**{"@odata.etag": None}, changeKey="key7")
    assert isinstance(item, EventRead)
    assert EventVersion.parsed(item.etag).etag == 'W/"key7"'


def test_a_bare_etag_is_a_version_too() -> None:
    assert EventVersion.parsed('W/"key1"') == EventVersion('W/"key1"', "own", None)
