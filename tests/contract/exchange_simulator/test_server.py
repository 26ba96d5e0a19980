"""The simulator as a server of its own: restart, time-outs, NTLM by real connections, what happens by itself, size."""

import statistics
import time
from pathlib import Path

import httpx
import pytest
import requests
from lxml import etree
from requests_ntlm import HttpNtlmAuth

from simulators.exchange.domain.xml import make
from tests.contract.exchange_simulator.callbacks import callbacks
from tests.contract.exchange_simulator.driver import EWS, PASSWORD, Exchange, all_of, basic, subscription
from tests.contract.exchange_simulator.test_faults import own_calendar
from tests.support.simulator_driver import ANN, Json, simulator_server, timed, wait_until

_EVENTS = f"/control/accounts/{ANN}/calendars/primary/events"


def asked(client: httpx.Client, request: etree._Element) -> httpx.Response:
    content = etree.tostring(make("s:Envelope", make("s:Body", request)))
    return client.post(EWS, content=content, headers={"Authorization": basic(ANN, PASSWORD)})


def test_the_state_outlives_a_restart_and_subscriptions_do_not(tmp_path: Path) -> None:
    with simulator_server("exchange", tmp_path) as client:
        client.post("/control/accounts", json={"email": ANN, "password": PASSWORD})
        event = client.post(_EVENTS, json=timed() | {"summary": "x"}).json()
        asked(client, subscription("http://127.0.0.1:9/hook"))
        assert len(client.get("/control/subscriptions").json()) == 1
    with simulator_server("exchange", tmp_path) as client:
        assert [one["id"] for one in client.get(_EVENTS).json()] == [event["id"]]
        assert client.get("/control/subscriptions").json() == []
        assert asked(client, own_calendar()).status_code == 200
    assert len((tmp_path / "journal.jsonl").read_text().splitlines()) == 2


def test_a_time_out_breaks_the_connection(tmp_path: Path) -> None:
    with simulator_server("exchange", tmp_path) as client:
        client.post("/control/accounts", json={"email": ANN})
        client.post("/control/traps", json={"trap": "fault.timeout_before"})
        with pytest.raises(httpx.RemoteProtocolError):
            asked(client, own_calendar())
        assert asked(client, own_calendar()).status_code == 200


def test_ntlm_is_bound_to_the_connection(tmp_path: Path) -> None:
    """The second request goes by the connection that was proved, and says nothing; another one has to prove itself."""
    with simulator_server("exchange", tmp_path) as client, requests.Session() as session:
        client.post("/control/accounts", json={"email": ANN})
        address = f"{client.base_url}".rstrip("/") + EWS
        session.auth = HttpNtlmAuth(ANN, PASSWORD)
        assert [session.get(address).status_code for _ in range(2)] == [200, 200]
        assert requests.get(address, timeout=10).status_code == 401
        statuses = [one["status"] for one in client.get("/control/journal").json()]
        assert statuses == [401, 401, 200, 200, 401]


def test_what_exchange_does_by_itself(tmp_path: Path) -> None:
    """A sign of life at once, the creation, and some seconds later the change key that moved alone."""
    with simulator_server("exchange", tmp_path) as client, callbacks() as called:
        client.post("/control/accounts", json={"email": ANN})
        assert asked(client, subscription(called.url)).status_code == 200
        called.wait_for("StatusEvent")
        client.post(_EVENTS, json=timed() | {"summary": "x"})
        called.wait_for("ModifiedEvent")
        assert called.events == ["StatusEvent", "CreatedEvent", "ModifiedEvent"]
        (tmp_path / "clock").write_text("301")
        wait_until(lambda: called.events[3:] == ["StatusEvent"], "another sign of life")


async def test_a_large_calendar_stays_quick(exchange: Exchange) -> None:
    """A write and an incremental read cost the same in a calendar of 5,000 as in an empty one."""
    small = await _usual_cost(exchange)
    bodies = [timed(number % 28 + 1) | {"summary": str(number)} for number in range(5000)]
    await exchange.control("POST", f"/accounts/{ANN}/calendars/primary/seed", bodies)
    # A cost that grows with the calendar would be some hundred times as high.
    assert await _usual_cost(exchange) < 10 * small


async def _usual_cost(exchange: Exchange) -> float:
    """Return the median of some writes with an incremental read each, in seconds."""
    exchange.simulator.judge = None
    page, costs = await exchange.sync(), list[float]()
    while not page.last:
        page = await exchange.sync(page.state)
    for _ in range(15):
        began = time.perf_counter()
        made: Json = await exchange.person("POST", body=timed() | {"summary": "x"})
        page = await exchange.sync(page.state)
        costs.append(time.perf_counter() - began)
        assert [one.get("Id") for one in all_of(page.answer, "t:ItemId")] == [made["id"]]
    return statistics.median(costs)
