"""Nobody's account is locked out through us, however often somebody asks (A4)."""

import asyncio
import threading

import pytest

from connector.adapters.providers.ews.sign_in.logins import ExchangeLogins
from connector.adapters.providers.ews.sign_in.tries import MOST, WITHIN, RefusedTries
from connector.domain.provider.errors import NeedsReauth, Transient
from connector.domain.provider.login import Candidate
from tests.support.waiting import wait_until
from tests.unit.ews_connecting.server import Asked, Reply, challenge, serving
from tests.unit.ews_connecting.ways import mailboxes, reaching


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_after_some_refusals_the_server_is_not_asked_for_a_while() -> None:
    clock = Clock()
    tries = RefusedTries(clock)
    for _ in range(MOST):
        tries.check("mail", "Ana")
        tries.refused("mail", "ana")
    with pytest.raises(NeedsReauth, match="ten minutes"):
        tries.check("MAIL", "ANA")
    tries.check("mail", "bob")
    tries.check("other", "ana")
    clock.now += WITHIN
    tries.check("mail", "ana")


def test_a_login_that_is_taken_makes_up_for_the_refusals_before() -> None:
    tries = RefusedTries(Clock())
    for _ in range(MOST):
        tries.refused("mail", "ana")
    tries.taken("mail", "ana")
    tries.check("mail", "ana")


async def test_a_fourth_password_is_not_shown_to_the_server() -> None:
    with serving(lambda _: challenge("Basic")) as server, reaching() as reach:
        logins = ExchangeLogins(reach, mailboxes(reach))
        for number in range(6):
            with pytest.raises(NeedsReauth):
                await logins.verify(Candidate("ana@example.org", "ana", f"guess {number}", server.url))
        assert len([one for one in server.asked if "Authorization" in one.headers]) == MOST


async def test_a_stop_cuts_off_a_sign_in_that_is_under_way() -> None:
    go_on = threading.Event()

    def late(_: Asked) -> Reply:
        go_on.wait(20)
        return challenge("Basic")

    with serving(late) as server, reaching() as reach:
        logins = ExchangeLogins(reach, mailboxes(reach))
        verifying = asyncio.ensure_future(logins.verify(Candidate("ana@example.org", "ana", "right", server.url)))
        await wait_until(lambda: server.asked, awaited="the server to be asked")
        await logins.aclose()
        with pytest.raises(Transient):
            await asyncio.wait_for(verifying, 3)
        go_on.set()
