"""The simulator as a server of its own: restart, time-outs, pages for people, size."""

import statistics
import time
from pathlib import Path

import httpx
import pytest

from tests.contract.google_simulator.driver import Google
from tests.support.simulator_driver import ANN, Json, sign_in, simulator_server, timed

_EVENTS = "/calendar/v3/calendars/primary/events"


def test_state_and_tokens_outlive_a_restart(tmp_path: Path) -> None:
    """Sync tokens, grants, channels and events are the same after a restart; the clock file shifts time."""
    with simulator_server("google", tmp_path) as client:
        client.post("/control/accounts", json={"email": ANN}).raise_for_status()
        tokens = client.post(f"/control/accounts/{ANN}/tokens", json={}).json()
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        event = client.post(_EVENTS, json=timed(), headers=bearer).json()
        sync = client.get(_EVENTS, headers=bearer).json()["nextSyncToken"]
    with simulator_server("google", tmp_path) as client:
        page = client.get(_EVENTS, params={"syncToken": sync}, headers=bearer).json()
        assert page["items"] == []
        assert client.get(f"{_EVENTS}/{event['id']}", headers=bearer).json() == event
        client.post(_EVENTS, json=timed() | {"id": event["id"]}, headers=bearer)
        (tmp_path / "clock").write_text("3600")
        assert client.get(_EVENTS, headers=bearer).status_code == 401
    assert len((tmp_path / "journal.jsonl").read_text().splitlines()) == 6


def test_a_time_out_breaks_the_connection(tmp_path: Path) -> None:
    with simulator_server("google", tmp_path) as client:
        client.post("/control/accounts", json={"email": ANN})
        sign_in(client)
        client.post("/control/traps", json={"trap": "fault.timeout_after_applied"})
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(_EVENTS, json=timed())
        assert len(client.get(_EVENTS).json()["items"]) == 1


async def test_a_person_edits_on_the_page(google: Google) -> None:
    """The page lists coming events and has forms to create, move and delete one."""
    hidden = {"account": ANN, "calendar": ANN}
    await google.http.post("/person/create", data=hidden | {"summary": "<Lunch>", "start": "2026-12-01T12:00"})
    (event,) = (await google.events())["items"]
    assert event["start"]["dateTime"] == "2026-12-01T12:00:00+01:00"
    page = (await google.http.get("/")).text
    assert "&lt;Lunch&gt;" in page
    assert "<Lunch>" not in page
    moved = hidden | {"event": event["id"], "start": "2026-12-02T12:00", "minutes": "30"}
    await google.http.post("/person/move", data=moved)
    (event,) = (await google.events())["items"]
    assert event["end"]["dateTime"] == "2026-12-02T12:30:00+01:00"
    await google.http.post("/person/delete", data=hidden | {"event": event["id"]})
    assert (await google.events())["items"] == []


async def test_a_large_calendar_stays_quick(google: Google) -> None:
    """A write and an incremental read cost the same in a calendar of 20,000 as in an empty one."""
    small = await _usual_cost(google)
    bodies = [timed(number % 28 + 1) | {"summary": str(number)} for number in range(20_000)]
    for at in range(0, len(bodies), 5000):
        await google.control("POST", f"/accounts/{ANN}/calendars/primary/seed", bodies[at : at + 5000])
    # A cost that grows with the calendar would be some hundred times as high.
    assert await _usual_cost(google) < 20 * small


async def _usual_cost(google: Google) -> float:
    """Return the median of some writes with an incremental read each, in seconds."""
    costs: list[float] = []
    token, page = None, Json()
    while token is None:
        page = await google.events(maxResults=2500, **({"pageToken": page["nextPageToken"]} if page else {}))
        token = page.get("nextSyncToken")
    for _ in range(25):
        began = time.perf_counter()
        await google.insert()
        await google.events(syncToken=token, maxResults=1)
        costs.append(time.perf_counter() - began)
    return statistics.median(costs)
