"""The discovery document as judge: what the SDK would never send is refused on the server too."""

import pytest

from simulators.google.discovery import discovery
from tests.contract.google_simulator.driver import Google
from tests.support.simulator_driver import Json, timed

_EVENTS = "/calendar/v3/calendars/primary/events"


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"unknown": "1"}, "badRequest"),
        ({"singleEvents": "perhaps"}, "invalidParameter"),
        ({"maxResults": "0"}, "invalidParameter"),
        ({"maxResults": "many"}, "invalidParameter"),
        ({"orderBy": "colour"}, "invalidParameter"),
        ({"alt": "xml"}, "invalidParameter"),
        ({"timeMin": "2026-12-01T00:00:00"}, "badRequest"),
        ({"timeMin": "2026-12-02T00:00:00Z", "timeMax": "2026-12-01T00:00:00Z"}, "badRequest"),
        ({"pageToken": "rubbish"}, "invalid"),
    ],
)
async def test_bad_parameters(google: Google, query: dict[str, str], reason: str) -> None:
    answer = await google.http.get(_EVENTS, params=query)
    assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (400, reason)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"colour": "red"}, 'Unknown name "colour"'),
        ({"start": {"dateTime": "2026-12-01T10:00:00Z", "zone": "UTC"}}, "Unknown name \"zone\" at 'start'"),
        ({"summary": 5}, "Invalid value at 'summary'"),
        ({"attendees": "bob"}, "Invalid value at 'attendees'"),
    ],
)
async def test_bad_bodies(google: Google, change: Json, words: str) -> None:
    answer = await google.http.post(_EVENTS, json=timed() | change)
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]
    assert (await google.control("GET", "/journal"))[-1]["problems"]


async def test_broken_json(google: Google) -> None:
    assert (await google.http.post(_EVENTS, content=b"{")).status_code == 400


async def test_missing_destination(google: Google) -> None:
    answer = await google.http.post(f"{_EVENTS}/abcde/move")
    assert answer.json()["error"]["errors"][0]["reason"] == "required"


async def test_without_a_token(google: Google) -> None:
    del google.http.headers["Authorization"]
    answer = await google.http.get(_EVENTS)
    assert (answer.status_code, answer.json()["error"]["errors"][0]["location"]) == (401, "Authorization")


async def test_what_is_not_simulated_says_so(google: Google) -> None:
    assert (await google.http.get("/calendar/v3/colors")).status_code == 501
    assert (await google.http.get("/calendar/v3/nonsense")).status_code == 404


async def test_an_answer_that_is_not_googles_is_an_internal_error(google: Google) -> None:
    """The simulator cannot drift: a wrong field in its own state is a 500 and a flag in the journal."""
    event = await google.insert()
    google.simulator.world.calendars["ann@example.com"].rows[event["id"]].event["invented"] = True
    answer = await google.http.get(f"{_EVENTS}/{event['id']}")
    assert answer.status_code == 500
    assert "invented" in (await google.control("GET", "/journal"))[-1]["problems"][0]


def test_the_judge_knows_a_wrong_answer() -> None:
    wrong = {"kind": "calendar#event", "created": "yesterday", "sequence": "1", "attendees": [{"mail": "x"}]}
    assert len(discovery().problems("Event", wrong)) == 3
