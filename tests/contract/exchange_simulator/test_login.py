"""Basic and NTLM: who may ask, by which connection, and what a wrong password is told (trap 6)."""

import base64

import httpx
import pytest
import spnego

from tests.contract.exchange_simulator.driver import EWS, PASSWORD, Exchange, basic
from tests.support.simulator_driver import ANN


def connection(exchange: Exchange, port: int) -> httpx.AsyncClient:
    """Return a client of another connection: in this process it is told by its port."""
    transport = httpx.ASGITransport(app=exchange.app, client=("127.0.0.1", port))
    return httpx.AsyncClient(transport=transport, base_url="http://exchange.test")


async def handshake(client: httpx.AsyncClient, user: str, password: str) -> httpx.Response:
    """Go through NTLM's three legs; return the last answer."""
    context = spnego.client(user, password, protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
    answer = await client.get(EWS, headers={"Authorization": _ntlm(context.step())})
    scheme, _, challenge = answer.headers["WWW-Authenticate"].partition(" ")
    assert (answer.status_code, scheme) == (401, "NTLM")
    return await client.get(EWS, headers={"Authorization": _ntlm(context.step(base64.b64decode(challenge)))})


def _ntlm(token: bytes | None) -> str:
    return f"NTLM {base64.b64encode(token or b'').decode()}"


@pytest.mark.parametrize("user", [ANN, ANN.upper(), "EXAMPLE\\ann", "ann"])
async def test_basic(exchange: Exchange, user: str) -> None:
    assert (await exchange.http.get(EWS, headers={"Authorization": basic(user, PASSWORD)})).status_code == 200


@pytest.mark.parametrize("header", ["", basic(ANN, "wrong"), basic("bob@example.com", PASSWORD), "Basic %", "Bearer x"])
async def test_who_is_not_known_is_told_the_schemes(exchange: Exchange, header: str) -> None:
    answer = await exchange.http.get(EWS, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers.get_list("WWW-Authenticate") == ["NTLM", 'Basic realm="exchange.sandbox"']


@pytest.mark.parametrize("user", [ANN, "EXAMPLE\\ann", "ann"])
async def test_ntlm_is_proved_once_for_a_connection(exchange: Exchange, user: str) -> None:
    async with connection(exchange, 1) as one, connection(exchange, 2) as other:
        assert (await handshake(one, user, PASSWORD)).status_code == 200
        assert (await one.get(EWS)).status_code == 200
        assert (await other.get(EWS)).status_code == 401


async def test_a_handshake_cannot_go_on_by_another_connection(exchange: Exchange) -> None:
    context = spnego.client(ANN, PASSWORD, protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
    async with connection(exchange, 1) as one, connection(exchange, 2) as other:
        answer = await one.get(EWS, headers={"Authorization": _ntlm(context.step())})
        challenge = base64.b64decode(answer.headers["WWW-Authenticate"].partition(" ")[2])
        proof = {"Authorization": _ntlm(context.step(challenge))}
        assert (await other.get(EWS, headers=proof)).status_code == 401
        assert (await one.get(EWS, headers=proof)).status_code == 200


@pytest.mark.parametrize(("user", "password"), [(ANN, "wrong"), ("bob@example.com", PASSWORD)])
async def test_ntlm_with_a_wrong_proof(exchange: Exchange, user: str, password: str) -> None:
    async with connection(exchange, 1) as client:
        assert (await handshake(client, user, password)).status_code == 401
        assert (await client.get(EWS)).status_code == 401


@pytest.mark.parametrize("token", ["", "rubbish", "TlRMTVNTUAAD"])
async def test_ntlm_with_rubbish(exchange: Exchange, token: str) -> None:
    assert (await exchange.http.get(EWS, headers={"Authorization": f"NTLM {token}"})).status_code == 401


async def test_a_changed_password_is_401_on_every_connection(exchange: Exchange) -> None:
    async with connection(exchange, 1) as client:
        await handshake(client, ANN, PASSWORD)
        await exchange.control("PATCH", f"/accounts/{ANN}", {"password": "a:new one"})
        assert (await client.get(EWS)).status_code == 401
        assert (await exchange.http.get(EWS)).status_code == 401
        assert (await handshake(client, ANN, "a:new one")).status_code == 200
        answer = await exchange.http.get(EWS, headers={"Authorization": basic(ANN, "a:new one")})
        assert answer.status_code == 200


@pytest.mark.parametrize(("scheme", "basic_status"), [("Basic", 200), ("NTLM", 401)])
async def test_a_server_of_one_scheme(exchange: Exchange, scheme: str, basic_status: int) -> None:
    await exchange.control("PUT", "/authentication", {"schemes": [scheme]})
    assert (await exchange.http.get(EWS)).status_code == basic_status
    refused = await exchange.http.get(EWS, headers={"Authorization": ""})
    assert [one.partition(" ")[0] for one in refused.headers.get_list("WWW-Authenticate")] == [scheme]


async def test_a_restart_forgets_who_proved_himself(exchange: Exchange) -> None:
    async with connection(exchange, 1) as client:
        await handshake(client, ANN, PASSWORD)
        await exchange.control("POST", "/restart")
        assert (await client.get(EWS)).status_code == 401


@pytest.mark.parametrize("scheme", ["basic", "ntlm"])
async def test_ten_wrong_passwords_lock_the_account(exchange: Exchange, scheme: str) -> None:
    async with connection(exchange, 1) as client:

        async def tried(password: str) -> int:
            if scheme == "ntlm":
                return (await handshake(client, ANN, password)).status_code
            return (await client.get(EWS, headers={"Authorization": basic(ANN, password)})).status_code

        for _ in range(9):
            await tried("wrong")
        assert await tried(PASSWORD) == 200
        assert [await tried("wrong") for _ in range(10)] == [401] * 10
        assert await tried(PASSWORD) == 401
        await exchange.control("PATCH", f"/accounts/{ANN}", {"password": "new"})
        assert await tried("new") == 200


async def test_the_journal_shows_every_leg(exchange: Exchange) -> None:
    async with connection(exchange, 1) as client:
        await handshake(client, ANN, PASSWORD)
    statuses = [one["status"] for one in await exchange.control("GET", "/journal") if one["path"] == EWS]
    assert statuses == [401, 200]
