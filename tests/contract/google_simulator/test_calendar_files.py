"""What a calendar file holds, put into the simulated calendar by the sandbox's loader; and events of no length."""

from datetime import date
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from sandbox.ics.loading import load
from sandbox.ics.reading import read
from tests.contract.google_simulator.driver import Google, refusal
from tests.support.simulator_driver import ANN

BEGIN = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n"
WEEKLY = """BEGIN:VEVENT
UID:weekly
DTSTAMP:20261101T000000Z
SUMMARY:Weekly
DTSTART:20261201T090000Z
DTEND:20261201T100000Z
RRULE:FREQ=WEEKLY;COUNT=2
END:VEVENT
"""
EXTRA = """BEGIN:VEVENT
UID:weekly
DTSTAMP:20261101T000000Z
SUMMARY:Extra
RECURRENCE-ID:20261203T090000Z
DTSTART:20261203T150000Z
DTEND:20261203T160000Z
END:VEVENT
"""
REMINDER = """BEGIN:VEVENT
UID:reminder
DTSTAMP:20261101T000000Z
SUMMARY:Reminder
DTSTART:20261202T090000Z
DTEND:20261202T090000Z
END:VEVENT
"""
AT_TEN = {"dateTime": "2026-12-01T10:00:00+01:00", "timeZone": "Europe/Berlin"}
PAGE = f"/accounts/{ANN}/calendars/primary/events"


async def loaded(google: Google, *events: str) -> dict[str, Any]:
    """Load a file; return what the calendar then shows, by title."""
    text = BEGIN + "".join(events) + "END:VCALENDAR\r\n"
    drafts = read(text.encode(), begin=date(2026, 12, 1), zone="Europe/Berlin")
    result = await load(google.http, ANN, drafts)
    assert result.refused == ()
    return {one["summary"]: one for one in (await google.events())["items"]}


async def test_an_exception_that_its_rule_does_not_produce_is_an_event_of_its_own(google: Google) -> None:
    found = await loaded(google, WEEKLY, EXTRA)
    assert set(found) == {"Weekly", "Extra"}
    assert "recurrence" not in found["Extra"]
    assert "recurringEventId" not in found["Extra"]


async def test_an_event_of_no_length_is_put_in(google: Google) -> None:
    found = await loaded(google, REMINDER)
    assert found["Reminder"]["start"] == found["Reminder"]["end"]


async def test_the_page_makes_events_of_no_length_and_the_api_does_not(google: Google) -> None:
    made = await google.control("POST", PAGE, {"summary": "Now", "start": AT_TEN, "end": AT_TEN})
    await google.control("PATCH", f"{PAGE}/{made['id']}", {"summary": "Now!", "start": AT_TEN, "end": AT_TEN})
    renamed = await google.send(
        google.api.events().patch(calendarId="primary", eventId=made["id"], body={"summary": "x"})
    )
    assert renamed["start"] == renamed["end"]
    for call in (
        google.api.events().insert(calendarId="primary", body={"start": AT_TEN, "end": AT_TEN}),
        google.api.events().patch(calendarId="primary", eventId=made["id"], body={"end": AT_TEN}),
    ):
        with pytest.raises(HttpError) as error:
            await google.send(call)
        assert refusal(error.value) == (400, "timeRangeEmpty")


async def test_an_all_day_event_has_a_day_also_on_the_page(google: Google) -> None:
    day = {"date": "2026-12-01"}
    answer = await google.http.post(f"/control{PAGE}", json={"summary": "None", "start": day, "end": day})
    assert answer.status_code == 400
