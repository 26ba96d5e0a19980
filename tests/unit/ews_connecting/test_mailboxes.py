"""Calls to mailboxes: one at a time each, in threads of their own, and a server that hangs holds nobody else."""

import asyncio
import logging
import statistics
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import exchangelib.protocol
import pytest
import trustme

from chassis.errors import Rejected
from connector.adapters.providers.ews.transport import threads as threads_module
from connector.domain.provider.errors import (
    CalendarUnavailable,
    ConnectionLost,
    Missing,
    NeedsReauth,
    Throttled,
    Transient,
)
from tests.support.waiting import wait_until
from tests.unit.ews_connecting.operations import read, write
from tests.unit.ews_connecting.server import Asked, Reply, Server, challenge, failed, serving, soap
from tests.unit.ews_connecting.ways import Ana, login, mailboxes, reaching

BUSY = '<m:MessageXml><t:Value Name="BackOffMilliseconds">31500</t:Value></m:MessageXml>'
FAULT = (
    "<s:Fault><faultcode>a:ErrorServerBusy</faultcode><faultstring>Busy.</faultstring><detail>"
    '<e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">ErrorServerBusy'
    "</e:ResponseCode>{more}</detail></s:Fault>"
)


async def trouble(reply: Reply | Callable[[Asked], Reply], work: Callable[[Any], object] = read) -> Exception:
    """Return the error that a call ends in."""
    with serving(reply if callable(reply) else lambda _: reply) as server, reaching() as reach:
        with pytest.raises(Exception) as told:  # noqa: PT011 - which one is what the tests are about
            await mailboxes(reach).call(Ana(login(server.url)), work)
        return told.value


@contextmanager
def hanging(answer: Callable[[Asked], Reply] | None = None) -> Iterator[tuple[Server, threading.Event]]:
    """Serve without answering, until the event is set."""
    go_on = threading.Event()
    inner = answer or (lambda _: soap())

    def late(asked: Asked) -> Reply:
        go_on.wait(20)
        return inner(asked)

    with serving(late) as server:
        try:
            yield server, go_on
        finally:
            go_on.set()


async def test_a_call_signs_in_by_basic_on_a_connection_that_is_kept() -> None:
    with serving(lambda _: soap()) as server, reaching() as reach:
        boxes, ana = mailboxes(reach), Ana(login(server.url))
        assert [await boxes.call(ana, read) for _ in range(3)] == [1, 1, 1]
        assert server.connections == 1
        assert all(one.headers["Authorization"].startswith("Basic ") for one in server.asked)
        assert b'RequestServerVersion Version="Exchange2016"' in server.asked[0].body


async def test_a_login_is_refused_once_and_never_sent_again() -> None:
    with serving(lambda _: challenge("Basic")) as server, reaching() as reach:
        boxes, ana = mailboxes(reach), Ana(login(server.url))
        for _ in range(3):
            with pytest.raises(NeedsReauth):
                await boxes.call(ana, read)
        assert ana.refused
        assert len(server.asked) == 1


async def test_another_password_is_sent_on_another_connection() -> None:
    with serving(lambda _: soap()) as server, reaching() as reach:
        boxes, ana = mailboxes(reach), Ana(login(server.url))
        await boxes.call(ana, read)
        ana.given = login(server.url, password="newer")
        await boxes.call(ana, read)
        first, second = (one.headers["Authorization"] for one in server.asked)
        assert (first != second, server.connections) == (True, 2)


async def test_nothing_of_a_login_stays_in_exchangelibs_cache() -> None:
    with serving(lambda _: soap()) as server, reaching() as reach:
        await mailboxes(reach).call(Ana(login(server.url)), read)
        assert exchangelib.protocol.Protocol._protocol_cache == {}


async def test_two_connections_of_one_account_have_a_line_each() -> None:
    with serving(lambda _: soap()) as server, reaching() as reach:
        boxes = mailboxes(reach)
        for name in ("ana", "ana again"):
            await boxes.call(Ana(login(server.url), name), read)
        assert server.connections == 2


async def test_what_is_stopped_is_forgotten() -> None:
    with serving(lambda _: soap()) as server, reaching() as reach:
        boxes, ana = mailboxes(reach), Ana(login(server.url))
        await boxes.call(ana, read)
        boxes.forget("ana")
        boxes.forget("nobody")
        await boxes.call(ana, read)
        assert server.connections == 2


@pytest.mark.parametrize(
    ("reply", "wait"),
    [
        (failed("ErrorServerBusy", BUSY), 31.5),
        (failed("ErrorServerBusy"), None),
        (soap(FAULT.format(more=""), status=500), None),
        (
            soap(
                FAULT.format(more='<t:MessageXml><t:Value Name="BackOffMilliseconds">9000</t:Value></t:MessageXml>'),
                status=500,
            ),
            9.0,
        ),
        (Reply(429, headers={"Retry-After": "7"}), 7.0),
        (Reply(503, headers={"Retry-After": "60"}), 60.0),
    ],
)
async def test_a_busy_server_is_waited_for_as_long_as_it_says(reply: Reply, wait: float | None) -> None:
    told = await trouble(reply)
    assert isinstance(told, Throttled)
    assert told.retry_after == wait


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_statuses_of_a_proxy_pass_by(status: int) -> None:
    told = await trouble(Reply(status, b"<html>Bad Gateway</html>"))
    assert isinstance(told, Transient)
    assert told.code == f"http_{status}"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (failed("ErrorNonExistentMailbox"), CalendarUnavailable),
        (failed("ErrorPasswordExpired"), NeedsReauth),
        (failed("ErrorItemNotFound"), Missing),
        (failed("ErrorSchemaValidation"), Rejected),
        (Reply(403), CalendarUnavailable),
        (Reply(200, b"<html>Sign in</html>"), Transient),
        (Reply(200, b"<s:Envelope"), Transient),
        (Reply(301, headers={"Location": "https://mail.example.org/"}), Transient),
        (Reply(302, headers={"Location": "https://outlook.office365.com/EWS/Exchange.asmx"}), CalendarUnavailable),
    ],
)
async def test_every_answer_is_an_error_of_ours(reply: Reply, kind: type[Exception]) -> None:
    assert isinstance(await trouble(reply), kind)


async def test_a_dead_kept_connection_is_no_outage_for_a_read() -> None:
    script = [soap(), Reply(drops=True), soap()]
    with serving(lambda _: script.pop(0)) as server, reaching() as reach:
        boxes, ana = mailboxes(reach), Ana(login(server.url))
        assert [await boxes.call(ana, read) for _ in range(2)] == [1, 1]
        assert (len(server.asked), server.connections) == (3, 2)


async def test_a_write_whose_connection_breaks_may_have_arrived() -> None:
    assert isinstance(await trouble(Reply(drops=True), write), ConnectionLost)
    told = await trouble(Reply(drops=True), read)
    assert (type(told), getattr(told, "code", "")) == (Transient, "connection_failed")


async def test_an_answer_that_never_ends_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.adapters.providers.ews.transport.adapter.LONGEST_ANSWER", 1000)
    told = await trouble(Reply(200, b" " * 2000))
    assert isinstance(told, Transient)
    assert told.detail == "the answer is too long"


async def test_one_call_of_a_mailbox_at_a_time() -> None:
    at_once, most = 0, 0
    lock = threading.Lock()

    def counted(account: Any) -> int:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        found = read(account)
        with lock:
            at_once -= 1
        return found

    with serving(lambda _: soap()) as server, reaching() as reach:
        boxes = mailboxes(reach)
        await asyncio.gather(*(boxes.call(Ana(login(server.url)), counted) for _ in range(6)))
        assert (most, len(server.asked)) == (1, 6)


async def test_calls_of_several_mailboxes_go_side_by_side() -> None:
    together = threading.Barrier(2, timeout=5)
    with serving(lambda _: soap()) as server, reaching() as reach:
        boxes = mailboxes(reach)
        await asyncio.gather(*(boxes.call(Ana(login(server.url), name), lambda _: together.wait()) for name in "ab"))


async def test_a_server_that_hangs_gets_half_of_the_threads_and_the_others_go_on() -> None:
    with hanging() as (slow, _), serving(lambda _: soap()) as server, reaching(threads=2) as reach:
        boxes = mailboxes(reach)
        stuck = [asyncio.ensure_future(boxes.call(Ana(login(slow.url), f"stuck {n}"), read)) for n in range(6)]
        await wait_until(lambda: slow.asked, awaited="the first call to arrive")
        other = server.url.replace("localhost", "127.0.0.1")
        assert await asyncio.wait_for(boxes.call(Ana(login(other)), read), 4) == 1
        assert len(slow.asked) == 1
        for one in stuck:
            one.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)


async def test_a_call_that_takes_too_long_is_cut_and_its_mailbox_can_be_called_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threads_module, "LONGEST", 0.2)
    with hanging() as (server, go_on), reaching() as reach:
        boxes, ana = mailboxes(reach), Ana(login(server.url))
        with pytest.raises(Transient) as told:
            await boxes.call(ana, read)
        assert told.value.code == "timeout"
        monkeypatch.setattr(threads_module, "LONGEST", 5)
        go_on.set()
        assert await boxes.call(ana, read) == 1


@pytest.mark.parametrize("tls", [False, True])
async def test_an_answer_that_dribbles_and_ends_with_its_connection_is_cut_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tls: bool
) -> None:
    """http.client takes such an answer's socket away from its connection; the thread would wait as long as it liked."""
    monkeypatch.setattr(threads_module, "LONGEST", 0.5)
    ended, authority = threading.Event(), trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    endless = Reply(dribble=lambda: not ended.wait(0.02))
    certificate = authority.issue_cert("localhost") if tls else None
    with serving(lambda _: endless, certificate) as server, reaching(ca_bundle=str(tmp_path / "ca.pem")) as reach:
        boxes, ana = mailboxes(reach), Ana(login(server.url))
        with pytest.raises(Transient) as told:
            await boxes.call(ana, read)
        assert told.value.code == "timeout"
        await wait_until(lambda: server.cut_off == 1, awaited="the connection to be cut", timeout=5)
        monkeypatch.setattr(threads_module, "LONGEST", 5)
        server.answer = lambda _: soap()
        assert await boxes.call(ana, read) == 1
        ended.set()


async def test_an_answer_is_waited_for_as_long_as_the_setting_says_and_longer_at_a_slow_server() -> None:
    with hanging() as (server, _), reaching() as reach:
        boxes, ana = mailboxes(reach, seconds=0.1), Ana(login(server.url))
        with pytest.raises(Transient, match="in time"):
            await boxes.call(ana, read)
        assert boxes._patience.seconds("localhost") == pytest.approx(0.2)


async def test_stopping_cuts_off_what_is_under_way() -> None:
    with hanging() as (server, _), reaching() as reach:
        boxes = mailboxes(reach, seconds=20)
        call = asyncio.ensure_future(boxes.call(Ana(login(server.url)), read))
        await wait_until(lambda: server.asked, awaited="the call to arrive")
        boxes.close()
        with pytest.raises(Transient):
            await asyncio.wait_for(call, 5)


async def lags(seconds: float) -> list[float]:
    """Return by how much each sleep of 5 ms was longer than asked for."""
    loop, found = asyncio.get_running_loop(), []
    end = loop.time() + seconds
    while (began := loop.time()) < end:
        await asyncio.sleep(0.005)
        found.append(loop.time() - began - 0.005)
    return found


async def test_the_event_loop_lags_no_more_while_servers_hang() -> None:
    with hanging() as (server, _), reaching() as reach:
        boxes = mailboxes(reach, seconds=20)
        calls = [asyncio.ensure_future(boxes.call(Ana(login(server.url), f"m{n}"), read)) for n in range(2)]
        await wait_until(lambda: len(server.asked) == 2, awaited="both calls to arrive")
        during = await lags(0.5)
        boxes.close()
        await asyncio.gather(*calls, return_exceptions=True)
        without = await lags(0.5)
    assert statistics.median(during) <= 2 * statistics.median(without) + 0.002
    assert max(during) < 0.1 + max(without)  # invariant 6: no input holds a loop longer than a tenth of a second


async def test_neither_password_nor_content_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await trouble(challenge("Basic"))
        await trouble(Reply(200, b"<x>secret content</x>"))
    assert "secret content" not in caplog.text
    assert "Authorization" not in caplog.text
    assert "right" not in caplog.text
