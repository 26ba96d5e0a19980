"""The person's acts, in the words that all simulators share, and what EWS shows of them."""

from datetime import date
from pathlib import Path

import pytest

from sandbox.ics.loading import load
from sandbox.ics.reading import read
from simulators.exchange.domain.xml import Element, children, m, q, t
from tests.contract.exchange_simulator.driver import Exchange, all_of
from tests.support.simulator_driver import ANN, Json

FILES = Path(__file__).parents[4] / "shared" / "data" / "ics"
_SERIES: Json = {
    "summary": "weekly",
    "start": {"dateTime": "2026-12-01T10:00:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-12-01T11:00:00", "timeZone": "Europe/Berlin"},
}


async def _get(exchange: Exchange, event_id: str) -> Element:
    asked = m("GetItem", m("ItemShape", t("BaseShape", "AllProperties")), m("ItemIds", t("ItemId", Id=event_id)))
    return all_of(await exchange.call(asked), "t:CalendarItem")[0]


async def _starts(exchange: Exchange) -> list[tuple[str, str]]:
    asked = m(
        "FindItem",
        m("ItemShape", t("BaseShape", "AllProperties")),
        m("CalendarView", StartDate="2026-11-01T00:00:00Z", EndDate="2027-01-01T00:00:00Z"),
        m("ParentFolderIds", t("DistinguishedFolderId", Id="calendar")),
        Traversal="Shallow",
    )
    rows = all_of(await exchange.call(asked), "t:CalendarItem")
    return [(str(one.findtext(q("t:Start")))[5:13], str(one.findtext(q("t:Subject")))) for one in rows]


async def test_the_same_words_come_back(exchange: Exchange) -> None:
    body = _SERIES | {
        "description": "first\nsecond",
        "location": "Room 1",
        "transparency": "transparent",
        "visibility": "private",
        "attendees": [{"email": "bob@other.test", "responseStatus": "accepted"}],
        "extendedProperties": {"private": {"k": "v"}},
    }
    made = await exchange.person("POST", body=body)
    shown = await exchange.person("GET", f"/{made['id']}")
    assert shown["description"] == body["description"]
    assert shown["start"] == {"dateTime": "2026-12-01T10:00:00+01:00", "timeZone": "Europe/Berlin"}
    same = ("summary", "location", "transparency", "visibility", "extendedProperties", "attendees")
    assert {name: shown[name] for name in same} == {name: body[name] for name in same}
    item = await _get(exchange, made["id"])
    words = ("Subject", "Location", "LegacyFreeBusyStatus", "Sensitivity", "Start")
    assert [item.findtext(q(f"t:{name}")) for name in words] == [
        "weekly",
        "Room 1",
        "Free",
        "Private",
        "2026-12-01T09:00:00Z",
    ]
    assert all_of(item, "t:ResponseType")[0].text == "Accept"
    assert shown["ews"]["StartTimeZone"] == "W. Europe Standard Time"


@pytest.mark.parametrize(
    "rule",
    [
        "RRULE:FREQ=DAILY;INTERVAL=2;COUNT=5",
        "RRULE:FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20261231T090000Z",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=1",
        "RRULE:FREQ=MONTHLY;BYDAY=TU;BYSETPOS=-1;COUNT=3",
        "RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=1",
    ],
)
async def test_rules_there_and_back(exchange: Exchange, rule: str) -> None:
    made = await exchange.person("POST", body=_SERIES | {"recurrence": [rule]})
    assert made["recurrence"] == [rule]
    assert all_of(await _get(exchange, made["id"]), "t:Recurrence")


async def test_every_second_year_is_every_twenty_fourth_month(exchange: Exchange) -> None:
    """EWS's yearly patterns have no interval."""
    rule = "RRULE:FREQ=YEARLY;INTERVAL=2;BYMONTH=12;BYMONTHDAY=1"
    made = await exchange.person("POST", body=_SERIES | {"recurrence": [rule]})
    pattern = children(all_of(await _get(exchange, made["id"]), "t:Recurrence")[0])[0]
    assert (pattern.tag, pattern.findtext(q("t:Interval"))) == (q("t:AbsoluteMonthlyRecurrence"), "24")


async def test_this_following_and_all(exchange: Exchange) -> None:
    made = await exchange.person("POST", body=_SERIES | {"recurrence": ["RRULE:FREQ=DAILY;COUNT=4"]})
    second = f"{made['id']}_20261202T090000Z"
    await exchange.person("PATCH", f"/{second}", {"summary": "this"})
    await exchange.person("PATCH", f"/{made['id']}_20261203T090000Z", {"summary": "rest"}, scope="following")
    assert await _starts(exchange) == [
        ("12-01T09", "weekly"),
        ("12-02T09", "this"),
        ("12-03T09", "rest"),
        ("12-04T09", "rest"),
    ]
    await exchange.person("PATCH", f"/{second}", {"summary": "all"}, scope="all")
    await exchange.person("DELETE", f"/{made['id']}_20261201T090000Z")
    assert [subject for _, subject in await _starts(exchange)] == ["this", "rest", "rest"]
    await exchange.person("POST", f"/{made['id']}_20261201T090000Z/restore")
    assert (await _starts(exchange))[0] == ("12-01T09", "all")
    await exchange.person("DELETE", f"/{second}", scope="all")
    assert [subject for _, subject in await _starts(exchange)] == ["rest", "rest"]


async def test_a_move_gives_a_new_id(exchange: Exchange) -> None:
    made = await exchange.person("POST", body=_SERIES)
    calendars = await exchange.control("GET", f"/accounts/{ANN}/calendars")
    other = next(one["id"] for one in calendars if not one["isDefaultCalendar"])
    state = (await exchange.sync()).state
    moved = await exchange.person("POST", f"/{made['id']}/move", destination=other)
    assert moved["id"] != made["id"]
    assert (await exchange.sync(state)).kinds == ["Delete"]
    assert (await _get(exchange, moved["id"])).findtext(q("t:Subject")) == "weekly"
    path = f"/accounts/{ANN}/calendars/{other}/events/{moved['id']}/move"
    back = await exchange.control("POST", path, destination="primary")
    assert back["id"] not in {made["id"], moved["id"]}


async def test_copy_touch_restore_and_seed(exchange: Exchange) -> None:
    made = await exchange.person("POST", body=_SERIES | {"extendedProperties": {"private": {"k": "v"}}})
    twin = await exchange.person("POST", f"/{made['id']}/copy", {"summary": "twin"})
    assert (twin["extendedProperties"], twin["summary"]) == (made["extendedProperties"], "twin")
    assert twin["iCalUID"] != made["iCalUID"]
    touched = await exchange.person("POST", f"/{made['id']}/touch")
    assert touched["ews"]["ChangeKey"] != made["ews"]["ChangeKey"]
    await exchange.person("DELETE", f"/{made['id']}")
    assert len(await exchange.person("GET")) == 1
    state = (await exchange.sync()).state
    back = await exchange.person("POST", f"/{made['id']}/restore")
    assert (await exchange.sync(state)).kinds == ["Create"]
    assert back["id"] != made["id"]
    assert [back[name] for name in ("iCalUID", "extendedProperties")] == [
        made[name] for name in ("iCalUID", "extendedProperties")
    ]
    path = f"/accounts/{ANN}/calendars/primary"
    assert len(await exchange.control("POST", f"{path}/seed", [_SERIES, _SERIES])) == 2
    assert len(await exchange.person("GET")) == 4


async def test_all_day_on_the_day_when_the_clocks_go_forward(exchange: Exchange) -> None:
    days = {"start": {"date": "2027-03-28"}, "end": {"date": "2027-03-29"}}
    made = await exchange.person("POST", body={"summary": "fair"} | days)
    assert {name: made[name] for name in days} == days
    item = await _get(exchange, made["id"])
    shown = [item.findtext(q(f"t:{name}")) for name in ("Start", "End")]
    assert shown == ["2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z"]


@pytest.mark.parametrize("name", ["tzone://Microsoft/Custom", "Customized Time Zone", ""])
async def test_a_zone_may_have_a_name_that_no_list_has(exchange: Exchange, name: str) -> None:
    times = {side: _SERIES[side] | {"zoneName": name} for side in ("start", "end")}
    made = await exchange.person("POST", body=_SERIES | times)
    item = await _get(exchange, made["id"])
    assert all_of(item, "t:StartTimeZone")[0].get("Id") == name
    assert item.findtext(q("t:Start")) == "2026-12-01T09:00:00Z"
    days = {"start": {"date": "2026-12-01", "zoneName": name}, "end": {"date": "2026-12-02", "zoneName": name}}
    item = await _get(exchange, (await exchange.person("POST", body={"summary": "fair"} | days))["id"])
    assert (all_of(item, "t:StartTimeZone")[0].get("Id"), item.findtext(q("t:Start"))) == (name, "2026-11-30T23:00:00Z")


async def test_an_invitation_is_answered_and_called_off(exchange: Exchange) -> None:
    invited = {"organizer": {"email": "boss@other.test"}, "attendees": [{"email": ANN}]}
    made = await exchange.person("POST", body=_SERIES | invited)
    await exchange.person("POST", f"/{made['id']}/accept")
    item = await _get(exchange, made["id"])
    names = ("MyResponseType", "IsMeeting", "AppointmentState", "IsOrganizer")
    assert [item.findtext(q(f"t:{name}")) for name in names] == ["Accept", "true", "3", "false"]
    await exchange.person("POST", f"/{made['id']}/call-off")
    item = await _get(exchange, made["id"])
    assert [item.findtext(q(f"t:{name}")) for name in ("IsCancelled", "AppointmentState")] == ["true", "7"]


async def test_what_exchange_cannot_express_is_refused(exchange: Exchange) -> None:
    path = f"/control/accounts/{ANN}/calendars/primary/events"
    answer = await exchange.http.post(path, json=_SERIES | {"recurrence": ["RRULE:FREQ=HOURLY"]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "ErrorInvalidRequest")


async def test_a_person_edits_on_the_page(exchange: Exchange) -> None:
    """The page lists coming events and has forms to create, move and delete one."""
    (calendar,) = [
        one["id"] for one in await exchange.control("GET", f"/accounts/{ANN}/calendars") if one["isDefaultCalendar"]
    ]
    hidden = {"account": ANN, "calendar": calendar}
    await exchange.http.post("/person/create", data=hidden | {"summary": "<Lunch>", "start": "2026-12-01T12:00"})
    (event,) = await exchange.person("GET")
    assert event["start"]["dateTime"] == "2026-12-01T12:00:00+01:00"
    assert "&lt;Lunch&gt;" in (await exchange.http.get("/")).text
    moved = hidden | {"event": event["id"], "start": "2026-12-02T12:00", "minutes": "30"}
    await exchange.http.post("/person/move", data=moved)
    (event,) = await exchange.person("GET")
    assert event["end"]["dateTime"] == "2026-12-02T12:30:00+01:00"
    await exchange.http.post("/person/delete", data=hidden | {"event": event["id"]})
    assert await exchange.person("GET") == []


@pytest.mark.skipif(not FILES.is_dir(), reason=f"the real calendar files are not at {FILES}")
async def test_ews_shows_every_event_of_real_calendar_files(exchange: Exchange) -> None:
    """As the schema allows: the simulator judges its own answers."""
    events = 0
    for file in sorted(FILES.glob("*.ics")):
        drafts = read(file.read_bytes(), begin=date(2026, 12, 1), zone="Europe/Berlin")
        events += (await load(exchange.http, ANN, drafts)).events
    rows = all_of((await exchange.sync()).answer, "t:ItemId")
    every = m("ItemShape", t("BaseShape", "AllProperties"))
    asked = m("GetItem", every, m("ItemIds", [t("ItemId", Id=one.get("Id")) for one in rows]))
    assert len(all_of(await exchange.call(asked), "t:CalendarItem")) == events > 200
    assert len(await _starts(exchange)) > 100


async def test_characters_that_no_xml_may_have_come_as_references(exchange: Exchange) -> None:
    """As Exchange sends them; a strict parser refuses the whole answer (providers/ews.md 3.6)."""
    made = await exchange.person("POST", body=_SERIES | {"summary": "a\x0bb\uffff"})
    asked = m("GetItem", m("ItemShape", t("BaseShape", "Default")), m("ItemIds", t("ItemId", Id=made["id"])))
    assert b"a&#xB;b&#xFFFF;" in (await exchange.raw(asked)).content


async def test_an_online_meeting_shows_where_to_join(exchange: Exchange) -> None:
    made = await exchange.person("POST", body=_SERIES | {"isOnlineMeeting": True})
    link = (await _get(exchange, made["id"])).findtext(q("t:JoinOnlineMeetingUrl"))
    assert link
    assert link in made["ews"]["Body"]
