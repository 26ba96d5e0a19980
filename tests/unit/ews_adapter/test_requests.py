"""What is sent, by Microsoft's schemas, and what is written of a change."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime

import pytest
from lxml import etree

from connector.adapters.providers.ews import requests
from connector.adapters.providers.ews.events.writing import new_item, properties
from connector.adapters.providers.ews.xml import Element, child, children, local, text_at
from connector.domain.provider.errors import Rejected
from contracts.calendar_objects import EventAttendee, EventChanges
from contracts.times import AllDay, Timed
from tests.support.exchange_schemas import SCHEMAS
from tests.unit.ews_adapter.items import MARKER, guest, item, snapshot
from tests.unit.ews_adapter.schema import ABSENT, schema

NOON = datetime(2026, 11, 3, 11, tzinfo=UTC)
TIMED = Timed(start=NOON, end=NOON.replace(hour=12), timezone="Europe/Berlin")
DAYS = AllDay(start=date(2026, 11, 9), end=date(2026, 11, 12))
BEN, CARA = EventAttendee(email="ben@example.org", name="Ben"), EventAttendee(email="cara@example.org")
FULL = EventChanges(
    summary="Lunch 🍜",
    time=TIMED,
    location="Café",
    description="a\nb <b>",
    transparency="transparent",
    attendees=(BEN, CARA),
)
EMPTY = EventChanges(summary="", location="", description="", attendees=())


def update(changes: EventChanges, there: Element | None = None, *, single: bool = True) -> Element:
    """Return the request for a change."""
    wanted = properties(changes, MARKER, "Europe/Berlin", there, single=single)
    return requests.update(requests.item_id("A=", "key"), wanted, invite=False, conflict=requests.NEVER)


def written(request: Element) -> dict[str, Element]:
    """Return what an update sets, by the names of properties."""
    return {local(value): value for one in children(request, ".//t:SetItemField/t:CalendarItem") for value in one}


def cleared(request: Element) -> list[str]:
    """Return the properties that an update clears."""
    return [one.get("FieldURI", "") for one in children(request, ".//t:DeleteItemField/t:FieldURI")]


ALL_DAY = FULL.model_copy(update={"time": DAYS})
FOLDERS = (requests.distinguished("calendar", "a@example.org"), requests.folder_id("F"))
STREAM = ("0x7C08", "Binary")
REQUESTS: dict[str, Callable[[], Element]] = {
    "get_folder": lambda: requests.get_folder(*deepcopy(FOLDERS)),
    "find_folders": lambda: requests.find_folders(deepcopy(FOLDERS[0]), 0, 500),
    "first_sync": lambda: requests.sync("F", None, 512),
    "sync": lambda: requests.sync("F", "state==", 200),
    "get_items": lambda: requests.get_items([requests.item_id("A="), requests.master_of("B=")]),
    "get_property": lambda: requests.get_property(requests.item_id("A="), *STREAM),
    "find_marked": lambda: requests.find_marked("F", "activity & <1>", 0, 100),
    "find_associated": lambda: requests.find_associated(requests.folder_id("F"), "IPM.Configuration.WorkHours"),
    "find_between": lambda: requests.find_between("F", NOON, NOON.replace(hour=12)),
    "create": lambda: requests.create("F", new_item(FULL, MARKER, ""), invite=False),
    "create_all_day": lambda: requests.create("F", new_item(ALL_DAY, MARKER, "Europe/Berlin"), invite=True),
    "update": lambda: update(FULL),
    "update_all_day": lambda: update(EventChanges(time=DAYS)),
    "update_empty": lambda: update(EMPTY, item(OptionalAttendees=guest("ben@example.org"))),
    "delete": lambda: requests.delete(requests.item_id("A=", "key"), invite=False),
    "resolve": lambda: requests.resolve("a@example.org"),
    "subscribe": lambda: requests.subscribe("F", "https://tandem.example.org/webhooks/exchange/c.t", 5),
}


@pytest.mark.skipif(schema() is None, reason=ABSENT)
@pytest.mark.parametrize("name", REQUESTS)
def test_requests_are_as_microsofts_schemas_want_them(name: str) -> None:
    judge = schema()
    assert judge, SCHEMAS
    request = REQUESTS[name]()
    assert judge.validate(request), judge.error_log


def test_3_2_a_subscription_begins_without_a_watermark() -> None:
    assert child(REQUESTS["subscribe"](), ".//*[{*}Watermark]") is None


def test_3_6_nothing_is_said_of_the_reminder() -> None:
    for name in ("create", "create_all_day", "update"):
        assert b"Reminder" not in etree.tostring(REQUESTS[name]())


@pytest.mark.parametrize(("invite", "mail"), [(False, "SendToNone"), (True, "SendToAllAndSaveCopy")])
def test_i1_guests_get_mail_only_when_asked(invite: bool, mail: str) -> None:
    made = requests.create("F", new_item(FULL, MARKER, ""), invite=invite)
    changed = requests.update(requests.item_id("A="), [], invite=invite, conflict=requests.NEVER)
    gone = requests.delete(requests.item_id("A="), invite=invite)
    assert [
        made.get("SendMeetingInvitations"),
        changed.get("SendMeetingInvitationsOrCancellations"),
        gone.get("SendMeetingCancellations"),
    ] == [mail, mail, mail]


def test_3_6_an_update_names_only_what_changes() -> None:
    request = update(EventChanges(summary="Dinner"))
    assert set(written(request)) == {"Subject", "ExtendedProperty"}
    assert request.get("ConflictResolution") == "NeverOverwrite"
    assert cleared(request) == []


def test_f3_what_is_emptied_is_cleared() -> None:
    request = update(EMPTY, item(RequiredAttendees=guest("ben@example.org")))
    assert sorted(cleared(request)) == ["calendar:Location", "calendar:RequiredAttendees", "item:Subject"]
    assert written(request)["Body"].text == ""


def test_3_6_a_time_is_written_with_both_of_its_zones() -> None:
    request = update(EventChanges(time=TIMED))
    zones = {name: value.get("Id") for name, value in written(request).items() if value.get("Id")}
    assert zones == {"StartTimeZone": "W. Europe Standard Time", "EndTimeZone": "W. Europe Standard Time"}
    assert text_at(request, ".//t:Start") == "2026-11-03T12:00:00+01:00"


def test_e3_an_occurrence_keeps_the_zone_of_its_series() -> None:
    assert "StartTimeZone" not in written(update(EventChanges(time=TIMED), single=False))


def test_i3_who_is_optional_stays_so_and_rooms_stay() -> None:
    there = item(
        RequiredAttendees=guest("ana@example.org", "Organizer"),
        OptionalAttendees=guest("Ben@example.org") + guest("dora@example.org"),
        Resources=guest("room@example.org"),
    )
    ana = EventAttendee(email="ana@example.org", is_organizer=True)
    request = update(EventChanges(attendees=(ana, BEN, CARA)), there)
    lists = {
        name: [text_at(one, "t:Mailbox/t:EmailAddress") for one in value]
        for name, value in written(request).items()
        if name.endswith("Attendees")
    }
    assert lists == {
        "RequiredAttendees": ["ana@example.org", "cara@example.org"],
        "OptionalAttendees": ["ben@example.org"],
    }


def test_f9_a_changed_description_goes_into_the_markup_that_is_there() -> None:
    there = item(Body='<Body BodyType="HTML">&lt;p&gt;Hello &lt;b&gt;Ana&lt;/b&gt;&lt;/p&gt;</Body>')
    body = written(update(EventChanges(description="Hello Bea"), there))["Body"]
    assert (body.text, body.get("BodyType")) == ("<p>Hello <b>Bea</b></p>", "HTML")


def test_3_6_controls_and_what_no_xml_can_hold_are_left_out_before_hashing() -> None:
    nasty = EventChanges(summary="a\x01b\ufffec", description="x\x02y\ud800z\x85", location="d\x00e", time=TIMED)
    made = new_item(nasty, MARKER, "")
    assert (text_at(made, "t:Subject"), text_at(made, "t:Location")) == ("a bc", "d e")
    made.insert(0, requests.item_id("A="))
    fields = snapshot(made).fields
    assert (fields.summary, fields.description, fields.location) == ("a bc", "xyz", "d e")


def test_an_event_without_a_time_cannot_be_created() -> None:
    with pytest.raises(Rejected):
        new_item(EventChanges(summary="When?"), MARKER, "")
