"""Connecting by password: tried before anything is stored, kept sealed, never told, and entered anew (A4)."""

from typing import Any

import httpx
import pytest

from sandbox.clients import EXCHANGE_PASSWORD
from tests.integration.connector.running import Running
from tests.integration.connector.support import Account, Json, event_time
from tests.support.waiting import wait_until

pytestmark = pytest.mark.parametrize("provider", ["exchange"], indirect=True)

WRONG = "not the password"


@pytest.fixture
def server_url(running: Running) -> str:
    """The simulator's EWS endpoint, as a user of the sandbox gives it."""
    return f"{running.simulators['exchange']}/EWS/Exchange.asmx"


@pytest.fixture
def login(server_url: str) -> Json:
    """What connects Ann."""
    return {"password": EXCHANGE_PASSWORD, "server_url": server_url}


async def open_up(ann: Account, **given: Any) -> httpx.Response:
    return await ann.ask("POST", "/v1/connections", json=ann.request() | given)


async def reauthorize(ann: Account, **given: Any) -> httpx.Response:
    return await ann.ask("POST", f"/v1/connections/{ann.connection_id}/reauthorize", json=given)


async def connected(ann: Account, login: Json) -> Json:
    """Connect Ann, with the mapper's first replay."""
    made = await ann.post(**login)
    told = await ann.mapper.told(made["id"], lambda _: True)
    ann.account_key, ann.calendar_id = told.account_key, told.settings.calendar_id
    await ann.mapper.replay(made["id"])
    return await ann.becomes(status="in_sync")


async def refusals(ann: Account) -> int:
    """Return how many requests the server has answered with 401, the steps of a handshake among them."""
    rows = (await ann.control.get("/control/journal")).json()
    return sum(1 for row in rows if row.get("status") == 401)


async def test_a4_a_right_password_brings_the_connection_up_at_once(ann: Account, login: Json) -> None:
    answer = await open_up(ann, **login, direction="one_way")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["status"], made["authorization_url"], made["direction"]) == ("initial_sync", None, "one_way")
    assert answer.headers["location"] == f"/v1/connections/{made['id']}"
    assert "password" not in made
    assert EXCHANGE_PASSWORD not in answer.text


async def test_a4_events_come_in_and_push_is_alive(ann: Account, login: Json) -> None:
    await ann.person.add(summary="Dentist", **event_time())
    assert (await connected(ann, login))["push"] == "webhook"
    found = await ann.read()
    assert found["subscription_expires_at"]


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"password": WRONG}, "invalid_credentials", "password"),
        ({"username": "nobody@example.com"}, "invalid_credentials", "password"),
        ({"server_url": "http://127.0.0.1:1/EWS/Exchange.asmx"}, "server_unreachable", "server_url"),
        ({"server_url": "https://127.0.0.2/"}, "server_not_allowed", "server_url"),
        ({"server_url": "http://mail.example.com/"}, "server_not_allowed", "server_url"),
        ({"server_url": "https://10.1.2.3/EWS/Exchange.asmx"}, "server_not_allowed", "server_url"),
        ({"server_url": "https://outlook.office365.com/EWS/Exchange.asmx"}, "server_not_allowed", "server_url"),
        ({"server_url": "ftp://mail.example.com/"}, "validation_error", "server_url"),
        ({"password": None}, "validation_error", "password"),
        ({"password": ""}, "validation_error", "password"),
        ({"password": 7}, "validation_error", "password"),
    ],
)
async def test_a4_a_login_that_is_not_taken_is_told_at_once_and_nothing_is_stored(
    ann: Account, login: Json, given: Json, code: str, field: str
) -> None:
    answer = await open_up(ann, **login | given)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert any(error["field"].endswith(field) for error in answer.json()["errors"])
    assert WRONG not in answer.text
    assert (await ann.ask("GET", "/v1/connections")).json()["items"] == []
    assert (await open_up(ann, **login)).status_code == 201


async def test_a4_somebody_elses_address_is_no_way_in(ann: Account, login: Json, unique: str) -> None:
    other = f"bob-{unique}@example.com"
    await ann.control.post("/control/accounts", json={"email": other, "name": "Bob", "time_zone": "UTC"})
    answer = await ann.ask(
        "POST", "/v1/connections", json={"provider": "exchange", "email": other, "username": ann.email} | login
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "account_mismatch"), answer.text


async def test_a7_a_second_connection_is_refused_without_trying_the_password(ann: Account, login: Json) -> None:
    first = await ann.post(**login)
    before = await refusals(ann)
    answer = await open_up(ann, **login | {"password": WRONG})
    assert (answer.status_code, answer.json()["connection_id"]) == (409, first["id"])
    assert await refusals(ann) == before


@pytest.mark.parametrize("schemes", [["NTLM"], ["Basic"], ["NTLM", "Basic"]])
async def test_a4_servers_that_do_only_ntlm_or_only_basic_are_signed_in_to(
    ann: Account, login: Json, schemes: list[str]
) -> None:
    await ann.control.put("/control/authentication", json={"schemes": schemes})
    try:
        assert (await open_up(ann, **login | {"password": WRONG})).json()["code"] == "invalid_credentials"
        assert (await connected(ann, login))["status"] == "in_sync"
    finally:
        await ann.control.put("/control/authentication", json={"schemes": ["NTLM", "Basic"]})


async def test_a_repeated_request_is_answered_as_the_first_and_its_password_does_not_count(
    ann: Account, login: Json
) -> None:
    key = {"Idempotency-Key": "connect"}
    wrong = await ann.ask("POST", "/v1/connections", headers=key, json=ann.request() | login | {"password": WRONG})
    assert wrong.status_code == 422
    first = await ann.ask("POST", "/v1/connections", headers=key, json=ann.request() | login)
    again = await ann.ask("POST", "/v1/connections", headers=key, json=ann.request() | login)
    assert (first.status_code, again.status_code, first.json()["id"]) == (201, 201, again.json()["id"])
    assert again.headers["idempotency-replayed"] == "true"


async def test_a4_a_changed_password_needs_the_user_and_is_tried_once(ann: Account, login: Json) -> None:
    await connected(ann, login)
    await ann.control.patch(f"/control/accounts/{ann.email}", json={"password": "newer"})
    before = await refusals(ann)
    await ann.person.add(summary="Dentist", **event_time())
    found = await ann.becomes(status="needs_reauth")
    assert found["last_problem"]["code"] == "login_refused"
    tried = await refusals(ann)
    for _ in range(3):
        assert (await ann.ask("GET", f"/v1/connections/{ann.connection_id}/calendars")).status_code == 409
    assert await refusals(ann) == tried
    assert 0 < tried - before <= 3  # the steps of one handshake
    wrong = await reauthorize(ann, password=WRONG)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_credentials")
    assert (await ann.read())["status"] == "needs_reauth"
    right = await reauthorize(ann, password="newer")
    assert right.status_code == 200, right.text
    assert right.json()["last_problem"] is None
    await ann.becomes(status="in_sync")


async def test_unknown_fields_of_actions_are_refused(ann: Account, login: Json) -> None:
    await connected(ann, login)
    for action in ("reauthorize", "resync"):
        answer = await ann.ask("POST", f"/v1/connections/{ann.connection_id}/{action}", json={"force": True})
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_error"), answer.text
    assert (await reauthorize(ann)).json()["errors"][0]["field"] == "password"
    assert (await ann.ask("POST", f"/v1/connections/{ann.connection_id}/resync", json={})).status_code == 202


async def test_k1_a_stopped_connection_has_no_login_any_more(ann: Account, login: Json) -> None:
    await connected(ann, login)
    await ann.ask("DELETE", f"/v1/connections/{ann.connection_id}")
    await ann.mapper.drained(ann.connection_id)
    await ann.becomes(status="stopped")
    assert (await reauthorize(ann, password=EXCHANGE_PASSWORD)).status_code == 409
    assert (await open_up(ann, **login)).status_code == 201


async def test_a_change_in_the_calendar_is_pushed(ann: Account, login: Json) -> None:
    await connected(ann, login)
    await ann.person.add(summary="Dentist", **event_time())

    async def told() -> bool:
        return await ann.calls("SyncFolderItems") > 2

    await wait_until(told, awaited="a read after the notification")


async def test_who_calls_back_without_a_channel_is_told_to_unsubscribe(ann: Account, running: Running) -> None:
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><m:SendNotification xmlns:m='
        '"http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t='
        '"http://schemas.microsoft.com/exchange/services/2006/types"><m:ResponseMessages>'
        '<m:SendNotificationResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>'
        "<m:Notification><t:SubscriptionId>s</t:SubscriptionId><t:StatusEvent/></m:Notification>"
        "</m:SendNotificationResponseMessage></m:ResponseMessages></m:SendNotification></s:Body></s:Envelope>"
    )
    async with httpx.AsyncClient(base_url=running.connector) as server:
        answer = await server.post("/webhooks/exchange/nobodys.secret", content=body)
        assert (answer.status_code, "Unsubscribe" in answer.text) == (200, True)
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        for nonsense in (b"", b"<a/>", b"\x00", b"<!DOCTYPE a []>" + body.encode(), b"x" * 300_000):
            assert (await server.post("/webhooks/exchange/nobodys.secret", content=nonsense)).status_code == 400
