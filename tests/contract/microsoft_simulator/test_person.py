"""The person's acts, in the words that all simulators share."""

from collections.abc import Callable

import pytest

from tests.contract.microsoft_simulator.driver import Microsoft
from tests.support.simulator_driver import ANN, Json

_SERIES: Json = {
    "summary": "weekly",
    "start": {"dateTime": "2026-12-01T10:00:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-12-01T11:00:00", "timeZone": "Europe/Berlin"},
}


async def test_the_same_words_come_back(microsoft: Microsoft) -> None:
    body = _SERIES | {
        "description": "first\nsecond",
        "location": "Room 1",
        "transparency": "transparent",
        "visibility": "private",
        "attendees": [{"email": "bob@other.test", "responseStatus": "accepted"}],
        "extendedProperties": {"private": {"k": "v"}},
    }
    made = await microsoft.person("POST", body=body)
    shown = await microsoft.person("GET", f"/{made['id']}")
    assert shown["description"] == body["description"]
    assert shown["start"] == {"dateTime": "2026-12-01T10:00:00+01:00", "timeZone": "Europe/Berlin"}
    assert shown["attendees"] == body["attendees"]
    same = ("summary", "location", "transparency", "visibility", "extendedProperties")
    assert {name: shown[name] for name in same} == {name: body[name] for name in same}
    assert (shown["graph"]["showAs"], shown["graph"]["sensitivity"]) == ("free", "private")


async def test_what_exchange_does_by_itself_never_takes_an_edits_time_back(
    microsoft: Microsoft, later: Callable[[float], None]
) -> None:
    made = await microsoft.person("POST", body=_SERIES)
    later(2.1)
    edited = await microsoft.person("PATCH", f"/{made['id']}", {"summary": "edited"})
    shown = await microsoft.person("GET", f"/{made['id']}")
    assert shown["graph"]["changeKey"] != made["graph"]["changeKey"]
    assert shown["updated"] >= edited["updated"] > made["updated"]


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
async def test_rules_there_and_back(microsoft: Microsoft, rule: str) -> None:
    made = await microsoft.person("POST", body=_SERIES | {"recurrence": [rule]})
    assert made["recurrence"] == [rule]


@pytest.mark.parametrize(
    "lines",
    [
        ["RRULE:FREQ=HOURLY"],
        ["RRULE:FREQ=DAILY", "RDATE:20261224T090000Z"],
        ["RRULE:FREQ=MONTHLY;BYDAY=1MO,3MO"],
        ["RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"],
    ],
)
async def test_what_exchange_cannot_express_is_refused(microsoft: Microsoft, lines: list[str]) -> None:
    path = f"/control/accounts/{ANN}/calendars/primary/events"
    answer = await microsoft.http.post(path, json=_SERIES | {"recurrence": lines})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "ErrorInvalidRequest")


async def _starts(microsoft: Microsoft) -> list[tuple[str, str]]:
    window = {"startDateTime": "2026-11-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z"}
    page = await microsoft.graph("GET", "/me/calendarView", params=window | {"$top": "100"})
    return [(row["start"]["dateTime"][5:13], row["subject"]) for row in page["value"]]


async def test_this_following_and_all(microsoft: Microsoft) -> None:
    made = await microsoft.person("POST", body=_SERIES | {"recurrence": ["RRULE:FREQ=DAILY;COUNT=4"]})
    second = f"{made['id']}_20261202T090000Z"
    await microsoft.person("PATCH", f"/{second}", {"summary": "this"})
    await microsoft.person("PATCH", f"/{made['id']}_20261203T090000Z", {"summary": "rest"}, scope="following")
    assert await _starts(microsoft) == [
        ("12-01T09", "weekly"),
        ("12-02T09", "this"),
        ("12-03T09", "rest"),
        ("12-04T09", "rest"),
    ]
    await microsoft.person("PATCH", f"/{second}", {"summary": "all"}, scope="all")
    await microsoft.person("DELETE", f"/{made['id']}_20261201T090000Z")
    assert [subject for _, subject in await _starts(microsoft)] == ["this", "rest", "rest"]
    await microsoft.person("POST", f"/{made['id']}_20261201T090000Z/restore")
    assert (await _starts(microsoft))[0] == ("12-01T09", "all")
    await microsoft.person("DELETE", f"/{second}", scope="all")
    assert [subject for _, subject in await _starts(microsoft)] == ["rest", "rest"]


async def test_left_out_days(microsoft: Microsoft) -> None:
    lines = ["RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20261202T090000Z"]
    made = await microsoft.person("POST", body=_SERIES | {"recurrence": lines})
    assert made["recurrence"] == lines
    assert [start for start, _ in await _starts(microsoft)] == ["12-01T09", "12-03T09"]


async def test_copy_restore_and_seed(microsoft: Microsoft) -> None:
    made = await microsoft.person("POST", body=_SERIES | {"extendedProperties": {"private": {"k": "v"}}})
    twin = await microsoft.person("POST", f"/{made['id']}/copy", {"summary": "twin"})
    assert (twin["extendedProperties"], twin["summary"]) == (made["extendedProperties"], "twin")
    assert twin["id"] != made["id"]
    await microsoft.person("DELETE", f"/{made['id']}")
    assert len(await microsoft.person("GET")) == 1
    await microsoft.person("POST", f"/{made['id']}/restore")
    path = f"/accounts/{ANN}/calendars/primary"
    assert len(await microsoft.control("POST", f"{path}/seed", [_SERIES, _SERIES])) == 2
    assert len(await microsoft.person("GET")) == 4


async def test_all_day(microsoft: Microsoft) -> None:
    days = {"start": {"date": "2026-12-01"}, "end": {"date": "2026-12-03"}}
    made = await microsoft.person("POST", body={"summary": "fair"} | days)
    assert {name: made[name] for name in days} == days
    graph = await microsoft.graph("GET", f"/me/events/{made['id']}")
    assert graph["start"] == {"dateTime": "2026-12-01T00:00:00.0000000", "timeZone": "UTC"}


async def test_a_person_edits_on_the_page(microsoft: Microsoft) -> None:
    """The page lists coming events and has forms to create, move and delete one."""
    (calendar,) = [
        one["id"] for one in await microsoft.control("GET", f"/accounts/{ANN}/calendars") if one["isDefaultCalendar"]
    ]
    hidden = {"account": ANN, "calendar": calendar}
    await microsoft.http.post("/person/create", data=hidden | {"summary": "<Lunch>", "start": "2026-12-01T12:00"})
    (event,) = await microsoft.person("GET")
    assert event["start"]["dateTime"] == "2026-12-01T12:00:00+01:00"
    page = (await microsoft.http.get("/")).text
    assert "&lt;Lunch&gt;" in page
    moved = hidden | {"event": event["id"], "start": "2026-12-02T12:00", "minutes": "30"}
    await microsoft.http.post("/person/move", data=moved)
    (event,) = await microsoft.person("GET")
    assert event["end"]["dateTime"] == "2026-12-02T12:30:00+01:00"
    await microsoft.http.post("/person/delete", data=hidden | {"event": event["id"]})
    assert await microsoft.person("GET") == []


async def test_a_series_dragged_to_another_day_takes_its_rule_along(microsoft: Microsoft) -> None:
    """As Outlook's page does; colours and reminders are a person's, too."""
    look = {"colorId": "5", "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 7}]}}
    made = await microsoft.person("POST", body=_SERIES | look | {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]})
    assert {name: made[name] for name in look} == look
    moved = await microsoft.person("PATCH", f"/{made['id']}", _on("02"))
    assert moved["recurrence"] == ["RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=3"]
    assert [start for start, _ in await _starts(microsoft)] == ["12-02T09", "12-09T09", "12-16T09"]
    await microsoft.person("PATCH", f"/{made['id']}_20261209T090000Z", _on("11"), scope="following")
    assert [start for start, _ in await _starts(microsoft)] == ["12-02T09", "12-11T09", "12-18T09"]


async def test_the_rest_of_a_series_stays_on_its_day_though_its_first_was_moved(microsoft: Microsoft) -> None:
    made = await microsoft.person("POST", body=_SERIES | {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]})
    second = f"/{made['id']}_20261208T090000Z"
    await microsoft.person("PATCH", second, _on("09"))
    await microsoft.person("PATCH", second, _on("08"), scope="following")
    assert [start for start, _ in await _starts(microsoft)] == ["12-01T09", "12-08T09", "12-15T09"]


_UNTIL_NOON = {"dateTime": "2026-12-08T12:00:00Z", "timeZone": "UTC"}


@pytest.mark.parametrize(("changes", "last"), [({"summary": "rest"}, []), ({"end": _UNTIL_NOON}, ["12-15T09"])])
async def test_the_rest_of_a_series_forgets_its_exceptions_where_it_moves(
    microsoft: Microsoft, changes: Json, last: list[str]
) -> None:
    """As a whole series does."""
    made = await microsoft.person("POST", body=_SERIES | {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]})
    await microsoft.person("DELETE", f"/{made['id']}_20261215T090000Z")
    await microsoft.person("PATCH", f"/{made['id']}_20261208T090000Z", changes, scope="following")
    assert [start for start, _ in await _starts(microsoft)][2:] == last


def _on(day: str) -> Json:
    times = {name: _SERIES[name] for name in ("start", "end")}
    return {name: one | {"dateTime": one["dateTime"].replace("-01T", f"-{day}T")} for name, one in times.items()}
