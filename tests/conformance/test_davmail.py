"""The Exchange simulator, judged by DavMail: a calendar read and written over CalDAV, which it makes EWS of."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import httpx
import pytest
from lxml import etree

from tests.conformance.davmail import davmail
from tests.contract.exchange_simulator.driver import EWS, PASSWORD
from tests.support.exchange_schemas import ARGUMENTS
from tests.support.simulator_driver import ANN, Json, simulator_server, timed

_CALENDAR = f"/users/{ANN}/calendar/"
_TEXT = {"Content-Type": "text/calendar; charset=utf-8"}
_XML = {"Content-Type": "text/xml; charset=utf-8", "Depth": "1"}
_QUERY = """<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/>
  <C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter>
  </C:filter></C:calendar-query>"""


@dataclass(frozen=True)
class CalDav:
    """Ann's calendar as DavMail shows it, and the simulator behind it."""

    client: httpx.Client
    simulator: httpx.Client

    def put(self, uid: str, summary: str, *lines: str, path: str = "") -> str:
        """Write an event; return where it is."""
        content = event(uid, summary, *lines)
        answer = self.client.put(path or f"{_CALENDAR}{uid}.ics", content=content, headers=_TEXT)
        assert answer.status_code in {200, 201, 204}, answer.text
        return path or answer.headers["Location"]

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def all(self) -> list[str]:
        """The iCalendar text of every event."""
        answer = self.client.request("REPORT", _CALENDAR, content=_QUERY, headers=_XML)
        assert answer.status_code == 207, answer.text
        return [one.text or "" for one in etree.fromstring(answer.content).iter("{*}calendar-data")]

    def events(self) -> list[Json]:
        """What a person sees in Outlook."""
        found: list[Json] = self.simulator.get(f"/control/accounts/{ANN}/calendars/primary/events").json()
        return found


def event(uid: str, summary: str, *lines: str) -> str:
    """An hour in Berlin."""
    text = f"""\
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//test//EN
        BEGIN:VTIMEZONE
        TZID:Europe/Berlin
        BEGIN:STANDARD
        DTSTART:19701025T030000
        RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
        TZOFFSETFROM:+0200
        TZOFFSETTO:+0100
        END:STANDARD
        BEGIN:DAYLIGHT
        DTSTART:19700329T020000
        RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
        TZOFFSETFROM:+0100
        TZOFFSETTO:+0200
        END:DAYLIGHT
        END:VTIMEZONE
        BEGIN:VEVENT
        UID:{uid}
        DTSTAMP:20261130T090000Z
        DTSTART;TZID=Europe/Berlin:20261202T100000
        DTEND;TZID=Europe/Berlin:20261202T110000
        SUMMARY:{summary}
        """
    return dedent(text) + "".join(f"{one}\n" for one in lines) + "END:VEVENT\nEND:VCALENDAR\n"


@pytest.fixture(scope="module")
def caldav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CalDav]:
    folder: Path = tmp_path_factory.mktemp("davmail")
    with simulator_server("exchange", folder, *ARGUMENTS) as simulator:
        made = {"email": ANN, "name": "Ann", "time_zone": "Europe/Berlin"}
        simulator.post("/control/accounts", json=made).raise_for_status()
        with (
            davmail(f"{simulator.base_url}".rstrip("/") + EWS, folder) as address,
            httpx.Client(base_url=address, auth=(ANN, PASSWORD), timeout=60) as client,
        ):
            yield CalDav(client, simulator)
        assert [one["problems"] for one in simulator.get("/control/journal").json() if one["problems"]] == []


def test_calendars_are_listed(caldav: CalDav) -> None:
    asked = '<propfind xmlns="DAV:"><prop><displayname/><resourcetype/></prop></propfind>'
    answer = caldav.client.request("PROPFIND", _CALENDAR, content=asked, headers=_XML)
    names = [one.text for one in etree.fromstring(answer.content).iter("{DAV:}displayname")]
    assert (answer.status_code, {"Calendar", "Projects"} <= {*names}) == (207, True)


def test_an_event_is_written_read_changed_and_deleted(caldav: CalDav) -> None:
    path = caldav.put("single", "by CalDAV")
    assert "SUMMARY:by CalDAV" in caldav.get(path)
    (seen,) = [one for one in caldav.events() if one["iCalUID"].endswith("single")]
    assert (seen["summary"], seen["start"]["dateTime"]) == ("by CalDAV", "2026-12-02T10:00:00+01:00")
    caldav.put("single", "renamed", path=path)
    assert "SUMMARY:renamed" in caldav.get(path)
    assert caldav.client.delete(path).status_code == 200
    assert caldav.client.get(path).status_code == 404


def test_a_series(caldav: CalDav) -> None:
    path = caldav.put("series", "weekly", "RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=WE")
    lines = caldav.get(path).splitlines()
    assert {*next(one for one in lines if one.startswith("RRULE:FREQ=WEEKLY"))[6:].split(";")} == {
        "FREQ=WEEKLY",
        "COUNT=4",
        "BYDAY=WE",
    }
    (seen,) = [one for one in caldav.events() if one["iCalUID"].endswith("series")]
    assert seen["recurrence"] == ["RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=4"]


def test_what_a_person_makes_in_outlook_is_read(caldav: CalDav) -> None:
    body = timed(3, 12) | {"summary": "Lunch", "location": "Room 1"}
    caldav.simulator.post(f"/control/accounts/{ANN}/calendars/primary/events", json=body).raise_for_status()
    (lunch,) = [one for one in caldav.all() if "SUMMARY:Lunch" in one]
    assert 'DTSTART;TZID="Europe/Berlin":20261203T120000' in lunch
    assert "LOCATION:Room 1" in lunch
