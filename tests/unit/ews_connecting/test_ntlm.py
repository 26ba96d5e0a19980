"""NTLM proves a connection in three steps; what a server does wrong in between is not the user's password."""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from connector.domain.provider.errors import NeedsReauth, Transient
from simulators.exchange.http.ntlm import Handshake
from tests.unit.ews_connecting.operations import read
from tests.unit.ews_connecting.server import Asked, Reply, Server, challenge, serving, soap
from tests.unit.ews_connecting.ways import Ana, login, mailboxes, reaching, verify

GOOD = [("ana@example.org", "right"), ("corp\\ana", "right")]


class Ntlm:
    """A server that signs in by NTLM, on one connection at a time; `spoil` may spoil a step's answer."""

    def __init__(self, spoil: Callable[[int, Reply], Reply] = lambda _, reply: reply) -> None:
        self.spoil = spoil
        self.signed_in = False
        self.steps: list[int] = []
        self._handshake = Handshake()

    def __call__(self, asked: Asked) -> Reply:
        """Answer a request."""
        scheme, _, token = asked.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return soap() if self.signed_in else challenge("Negotiate", "NTLM")
        number = base64.b64decode(token)[8]
        self.steps.append(number)
        step = self._handshake.step(token, GOOD)
        reply = challenge(f"NTLM {step.challenge}") if step.challenge else challenge("NTLM")
        if number == 3 and step.proved:
            self.signed_in = True
            reply = soap()
        return self.spoil(number, reply)


@contextmanager
def ntlm_server(spoil: Callable[[int, Reply], Reply] = lambda _, reply: reply) -> Iterator[tuple[Ntlm, Server]]:
    """Serve by NTLM."""
    answer = Ntlm(spoil)
    with serving(answer) as server:
        yield answer, server


@pytest.mark.parametrize("username", ["ana@example.org", "corp\\ana"])
async def test_a_connection_is_proved_once_and_kept(username: str) -> None:
    with ntlm_server() as (ntlm, server), reaching() as reach:
        boxes, ana = mailboxes(reach), Ana(login(server.url, auth="ntlm", username=username))
        assert [await boxes.call(ana, read) for _ in range(3)] == [1, 1, 1]
        assert (ntlm.steps, server.connections) == ([1, 3], 1)


async def test_ntlm_is_preferred_to_basic() -> None:
    with ntlm_server() as (ntlm, server), reaching() as reach:
        server.answer = lambda asked: (
            challenge("Basic", "NTLM") if "Authorization" not in asked.headers else ntlm(asked)
        )
        assert (await verify(reach, server.url)).auth == "ntlm"


async def test_where_ntlm_is_refused_basic_is_tried_once() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.headers.get("Authorization", "").startswith("Basic"):
            return soap()
        return ntlm(asked) if "Authorization" in asked.headers else challenge("NTLM", "Basic")

    with ntlm_server(lambda number, reply: challenge("NTLM") if number == 3 else reply) as (ntlm, server):
        server.answer = answer
        with reaching() as reach:
            assert (await verify(reach, server.url)).auth == "basic"
            assert ntlm.steps == [1, 3]


async def test_a_wrong_password_is_proved_wrong_once() -> None:
    with ntlm_server() as (ntlm, server), reaching() as reach:
        boxes, ana = mailboxes(reach), Ana(login(server.url, auth="ntlm", password="wrong"))
        for _ in range(2):
            with pytest.raises(NeedsReauth):
                await boxes.call(ana, read)
        assert ntlm.steps == [1, 3]


async def test_a_handshake_that_is_torn_between_two_connections_says_nothing_of_the_password() -> None:
    def torn(number: int, reply: Reply) -> Reply:
        return Reply(reply.status, reply.body, reply.headers | ({"Connection": "close"} if number == 1 else {}))

    with ntlm_server(torn) as (ntlm, server), reaching() as reach:
        server.answer = lambda asked: challenge("NTLM") if _is_proof(asked) else ntlm(asked)
        ana = Ana(login(server.url, auth="ntlm"))
        with pytest.raises(Transient, match="NTLM needs that"):
            await mailboxes(reach).call(ana, read)
        assert not ana.refused


def _is_proof(asked: Asked) -> bool:
    _, _, token = asked.headers.get("Authorization", "").partition(" ")
    return bool(token) and base64.b64decode(token)[8] == 3


@pytest.mark.parametrize("word", ["%%%", base64.b64encode(b"NTLMSSP\0" + b"\2" * 5).decode(), "TlRMTVNTUAA=", "eA=="])
async def test_a_challenge_that_makes_no_sense_is_the_servers_trouble(word: str) -> None:
    def spoil(number: int, reply: Reply) -> Reply:
        return challenge(f"NTLM {word}") if number == 1 else reply

    with ntlm_server(spoil) as (_, server), reaching() as reach:
        ana = Ana(login(server.url, auth="ntlm"))
        with pytest.raises(Transient) as told:
            await mailboxes(reach).call(ana, read)
        assert (told.value.code, ana.refused) == ("broken_answer", False)


async def test_a4_where_kerberos_alone_is_offered_nobody_calls_the_password_wrong() -> None:
    with serving(lambda _: challenge("Negotiate")) as server, reaching() as reach:
        with pytest.raises(Transient, match="Kerberos alone") as told:
            await verify(reach, server.url)
        assert told.value.code == "unsupported_sign_in"
        tokens = [one.headers["Authorization"].split()[1] for one in server.asked if "Authorization" in one.headers]
        assert [base64.b64decode(one)[8] for one in tokens] == [1], "the password was never sent"


async def test_a4_negotiate_that_takes_ntlm_signs_in() -> None:
    handshake = Handshake()

    def answer(asked: Asked) -> Reply:
        scheme, _, token = asked.headers.get("Authorization", "").partition(" ")
        assert scheme in {"", "Negotiate"}
        step = handshake.step(token, GOOD) if token else None
        if step and step.proved:
            return soap()
        return challenge(f"Negotiate {step.challenge}" if step and step.challenge else "Negotiate")

    with serving(answer) as server, reaching() as reach:
        assert (await verify(reach, server.url)).auth == "ntlm"
        with pytest.raises(NeedsReauth, match="password"):
            await verify(reach, server.url, password="wrong")


async def test_without_a_challenge_the_user_is_needed() -> None:
    with ntlm_server(lambda *_: challenge("Negotiate", "NTLM")) as (_, server), reaching() as reach:
        ana = Ana(login(server.url, auth="ntlm"))
        with pytest.raises(NeedsReauth):
            await mailboxes(reach).call(ana, read)


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_an_outage_in_between_is_an_outage(status: int) -> None:
    with ntlm_server(lambda number, reply: Reply(status) if number == 1 else reply) as (_, server), reaching() as reach:
        ana = Ana(login(server.url, auth="ntlm"))
        with pytest.raises(Transient):
            await mailboxes(reach).call(ana, read)
        assert not ana.refused


async def test_a_dead_connection_is_proved_anew() -> None:
    with ntlm_server() as (ntlm, server), reaching() as reach:
        boxes, ana = mailboxes(reach), Ana(login(server.url, auth="ntlm"))
        await boxes.call(ana, read)
        script = [Reply(drops=True)]

        def once_dead(asked: Asked) -> Reply:
            if script:
                ntlm.signed_in = False
                return script.pop()
            return ntlm(asked)

        server.answer = once_dead
        assert await boxes.call(ana, read) == 1
        assert (ntlm.steps, server.connections, ana.refused) == ([1, 3, 1, 3], 2, False)
