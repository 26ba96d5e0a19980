"""How EWS's calendar items read."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from connector.adapters.providers.ews.events.bodies import join_path
from connector.adapters.providers.exchange_store.versions import EventVersion
from connector.domain.provider.items import EventRead, EventRemoved, Provenance, Unreadable
from contracts.times import Timed
from tests.unit.ews_adapter.items import BERLIN, MARKER, guest, item, person, read, snapshot, zone


def test_f3_a_plain_event_reads_with_all_of_its_fields() -> None:
    event = snapshot(item(MARKER, "Europe/Rome"))
    fields = event.fields
    assert (fields.summary, fields.location, fields.description) == ("Lunch", "Café", "A\nB")
    assert fields.time == Timed(
        start=datetime(2026, 11, 3, 11, tzinfo=UTC), end=datetime(2026, 11, 3, 12, tzinfo=UTC), timezone="Europe/Rome"
    )
    assert (fields.transparency, event.status, event.visibility) == ("opaque", "confirmed", "default")
    assert (event.is_organizer, event.editable, event.response, event.mails_guests) == (True, True, None, False)
    assert (event.marker, event.ical_uid, event.updated) == (MARKER, "0400", datetime(2026, 11, 1, 8, tzinfo=UTC))


def test_the_version_tells_change_key_whose_it_is_and_our_zone() -> None:
    found = read(item(MARKER, "Europe/Rome"))
    assert isinstance(found, EventRead)
    assert EventVersion.parsed(found.etag) == EventVersion("key1", "own", "Europe/Rome")
    assert found.provenance == Provenance(
        datetime(2026, 10, 30, 8, tzinfo=UTC), ("ana@example.org",), MARKER, found.event.ical_uid
    )


@pytest.mark.parametrize(
    ("told", "own"),
    [
        ({"IsOrganizer": "false"}, False),
        ({"IsOrganizer": None, "AppointmentState": "3"}, False),
        ({"IsOrganizer": None, "AppointmentState": "1"}, True),
        ({"IsOrganizer": None, "MyResponseType": "Accept"}, False),
        ({"IsOrganizer": None, "MyResponseType": "Unknown"}, True),
        ({"IsOrganizer": None, "MyResponseType": None}, True),
    ],
)
def test_e5_h3_whose_meeting_it_is_shows_in_what_the_server_tells(told: dict[str, str | None], own: bool) -> None:
    event = snapshot(item(**told))
    assert (event.is_organizer, event.editable) == (own, own)


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("Decline", "declined"),
        ("Accept", "accepted"),
        ("Tentative", "tentative"),
        ("NoResponseReceived", "needsAction"),
        ("Unknown", "needsAction"),
    ],
)
def test_d7_the_users_answer_as_a_guest(word: str, answer: str) -> None:
    assert snapshot(item(IsOrganizer="false", MyResponseType=word)).response == answer


def test_f5_guests_are_people_each_once() -> None:
    event = snapshot(
        item(
            RequiredAttendees=guest("Ana@example.org", "Organizer") + guest("ben@example.org", "Accept", "Ben"),
            OptionalAttendees=guest("cara@example.org") + guest("BEN@example.org"),
            Resources=guest("room@example.org"),
        )
    )
    assert [(one.email, one.name, one.status, one.is_organizer) for one in event.attendees] == [
        ("Ana@example.org", None, "accepted", True),
        ("ben@example.org", "Ben", "accepted", False),
        ("cara@example.org", None, "needsAction", False),
    ]


def test_f5_an_address_that_only_exchange_can_route_is_none() -> None:
    event = snapshot(item(RequiredAttendees=f"<Attendee>{person('/o=Org/cn=gone', routing='EX')}</Attendee>"))
    assert event.attendees == ()


def test_d7_a_cancelled_meeting_is_gone() -> None:
    assert read(item(IsCancelled="true")) == EventRemoved("AAMk/ALg+A=", datetime(2026, 11, 1, 8, tzinfo=UTC))


@pytest.mark.parametrize(("word", "seen"), [("Private", "private"), ("Confidential", "private"), ("Normal", "default")])
def test_g2_sensitivity_is_privacy(word: str, seen: str) -> None:
    assert snapshot(item(Sensitivity=word)).visibility == seen


@pytest.mark.parametrize(
    ("word", "transparency", "status"),
    [
        ("Free", "transparent", "confirmed"),
        ("WorkingElsewhere", "transparent", "confirmed"),
        ("Tentative", "opaque", "tentative"),
        ("OOF", "opaque", "confirmed"),
        ("NoData", "opaque", "confirmed"),
    ],
)
def test_f3_busy_and_free(word: str, transparency: str, status: str) -> None:
    event = snapshot(item(LegacyFreeBusyStatus=word))
    assert (event.fields.transparency, event.status) == (transparency, status)


def test_f6_a_body_that_is_stored_as_text_is_read_as_it_is() -> None:
    assert snapshot(item(Body='<Body BodyType="Text">1 &lt; 2\r\n&lt;b&gt;</Body>')).fields.description == "1 < 2\n<b>"


def test_f6_an_event_without_anything_reads() -> None:
    bare = item(Subject=None, Body=None, Location=None, LegacyFreeBusyStatus=None, Sensitivity=None, Organizer=None)
    fields = snapshot(bare).fields
    assert (fields.summary, fields.description, fields.location) == ("", "", "")


def test_f9_the_address_of_the_online_meeting() -> None:
    join = "https://meet.example.org/1"
    teams = f"<ExtendedProperty>{etree.tostring(join_path()).decode()}<Value>{join}</Value></ExtendedProperty>"
    assert snapshot(item(JoinOnlineMeetingUrl=join)).conference_url == join
    assert snapshot(item(ExtendedProperty=teams)).conference_url == join
    assert snapshot(item()).conference_url is None


@pytest.mark.parametrize(
    ("told", "link"), [("https://mail.example.org/owa/?ItemID=1", True), ("?ae=Item&amp;a=Open&amp;id=1", False)]
)
def test_a_web_link_is_a_whole_address_or_none(told: str, link: bool) -> None:
    assert bool(snapshot(item(WebClientReadFormQueryString=told)).web_link) == link


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Start": None}, "an event without a start"),
        ({"Start": "<Start>9999-12-31T23:00:00-05:00</Start>"}, "malformed: OverflowError"),
        ({"Start": "9999-01-01T00:00:00Z"}, "its dates are beyond what a calendar can compute with"),
    ],
)
def test_f6_what_nobody_can_make_sense_of_says_so_without_its_content(changes: dict[str, str], reason: str) -> None:
    assert read(item(**changes)) == Unreadable("AAMk/ALg+A=", reason)


def test_k2_marks_are_seen_by_either_name_of_their_set() -> None:
    raw = item(MARKER)
    for path in raw.iter("{*}ExtendedFieldURI"):
        del path.attrib["PropertySetId"]
        path.set("DistinguishedPropertySetId", "PublicStrings")
    assert snapshot(raw).marker == MARKER


def test_k3_the_same_names_in_another_set_are_no_marks_of_ours() -> None:
    raw = item(MARKER)
    for path in raw.iter("{*}ExtendedFieldURI"):
        path.set("PropertySetId", "00020329-0000-0000-c000-000000000047")
    assert snapshot(raw).marker is None


def test_a_change_key_alone_changes_no_hash() -> None:
    one, other = item(), item(ItemId='<ItemId Id="AAMk/ALg+A=" ChangeKey="key2"/>')
    assert snapshot(one).hash == snapshot(other).hash
    assert snapshot(one).hash != snapshot(item(StartTimeZone=zone("Tokyo Standard Time"))).hash
    assert snapshot(one) == snapshot(item(StartTimeZone=zone(BERLIN)))
