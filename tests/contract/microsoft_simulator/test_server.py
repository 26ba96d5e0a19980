"""The simulator as a server of its own: restart, time-outs, what happens by itself, size."""

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.contract.microsoft_simulator.driver import Microsoft
from tests.support.simulator_driver import ANN, Json, sign_in, simulator_server, timed, wait_until

_EVENTS = "/v1.0/me/events"


def test_state_and_tokens_outlive_a_restart(tmp_path: Path) -> None:
    """Delta links, grants and events are the same after a restart; the clock file shifts time."""
    window = {"startDateTime": "2026-11-01", "endDateTime": "2027-01-01"}
    with simulator_server("microsoft", tmp_path) as client:
        client.post("/control/accounts", json={"email": ANN}).raise_for_status()
        sign_in(client)
        bearer = client.headers["Authorization"]
        event = client.post(_EVENTS, json=timed() | {"transactionId": "t"}).json()
        link = client.get("/v1.0/me/calendarView/delta", params=window).json()["@odata.deltaLink"]
    with simulator_server("microsoft", tmp_path) as client:
        client.headers["Authorization"] = bearer
        query = urlsplit(link).query
        rows = client.get("/v1.0/me/calendarView/delta", params=query).json()["value"]
        assert [row["id"] for row in rows] in ([], [event["id"]])  # its change key may have moved meanwhile
        assert client.get(f"{_EVENTS}/{event['id']}").json()["iCalUId"] == event["iCalUId"]
        assert client.post(_EVENTS, json=timed() | {"transactionId": "t"}).json()["id"] == event["id"]
        (tmp_path / "clock").write_text("3600")
        assert client.get(_EVENTS).status_code == 401
    assert len((tmp_path / "journal.jsonl").read_text().splitlines()) == 6


def test_a_time_out_breaks_the_connection(tmp_path: Path) -> None:
    with simulator_server("microsoft", tmp_path) as client:
        client.post("/control/accounts", json={"email": ANN})
        sign_in(client)
        client.post("/control/traps", json={"trap": "fault.timeout_after_applied"})
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(_EVENTS, json=timed())
        assert len(client.get(_EVENTS).json()["value"]) == 1


class _Hook(BaseHTTPRequestHandler):
    """Echoes validations and keeps notifications."""

    got: list[bytes]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        token = parse_qs(urlsplit(self.path).query).get("validationToken")
        if token is None:
            self.got.append(body)
        self.send_response(200 if token else 202)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(token[0].encode() if token else b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@contextmanager
def _hook() -> Iterator[tuple[str, list[bytes]]]:
    handler = type("Hook", (_Hook,), {"got": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook?x=1", handler.got  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


def test_real_pushes_and_what_exchange_does_by_itself(tmp_path: Path) -> None:
    """The handshake over HTTP; a creation is told, and some seconds later the change key that moved alone."""
    with simulator_server("microsoft", tmp_path) as client, _hook() as (address, got):
        client.post("/control/accounts", json={"email": ANN})
        sign_in(client)
        body = {
            "changeType": "created,updated",
            "notificationUrl": address,
            "resource": "me/events",
            "expirationDateTime": "2126-11-25T09:00:00Z",
        }
        assert client.post("/v1.0/subscriptions", json=body).status_code == 201
        client.post(_EVENTS, json=timed())
        wait_until(lambda: len(got) >= 2, "a notification of the creation and one of Exchange's own change")
        assert [b'"changeType":"created"' in one for one in got] == [True, False]


async def test_a_large_calendar_stays_quick(microsoft: Microsoft) -> None:
    """A write and an incremental read cost the same in a calendar of 5,000 as in an empty one."""
    small = await _usual_cost(microsoft)
    bodies = [_seed(number) for number in range(5000)]
    await microsoft.control("POST", f"/accounts/{ANN}/calendars/primary/seed", bodies)
    # A cost that grows with the calendar would be some hundred times as high.
    assert await _usual_cost(microsoft) < 10 * small


def _seed(number: int) -> Json:
    return timed(number % 28 + 1) | {"summary": str(number)}


async def _usual_cost(microsoft: Microsoft) -> float:
    """Return the median of some writes with an incremental read each, in seconds."""
    microsoft.simulator.judge = None
    link = (await microsoft.delta(size=1000))["@odata.deltaLink"]
    costs: list[float] = []
    for _ in range(15):
        began = time.perf_counter()
        await microsoft.create()
        link = (await microsoft.delta(link))["@odata.deltaLink"]
        costs.append(time.perf_counter() - began)
    return statistics.median(costs)
