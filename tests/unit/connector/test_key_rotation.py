"""Rotating the keys of credentials: under load, by job and by command, and with a key that is missing."""

import asyncio
from datetime import timedelta

import pytest

from chassis.clock import ManualClock
from chassis.encryption import Cipher
from connector.adapters.collections import Stores
from connector.adapters.credentials import CredentialStore
from connector.adapters.oauth import Tokens
from connector.application.connections.key_rotation import KeyRotation
from connector.application.connections.repository import Connections
from connector.domain.connection.lifecycle import troubled
from connector.domain.provider.errors import CredentialUnreadable
from tests.unit.connector.stores import Publisher, memory_stores
from tests.unit.connector.support import NOW, connection

OLD, NEW = ("k1:" + "A" * 43 + "=", "k2:" + "B" * 43 + "=")
CLOCK = ManualClock(NOW)


@pytest.fixture
def stores() -> Stores:
    return memory_stores(CLOCK, Publisher())


def rotation(stores: Stores, keys: str) -> KeyRotation:
    return KeyRotation(stores, Connections(stores.connections), Cipher(keys), CLOCK)


def tokens(number: int) -> Tokens:
    return Tokens(f"access-{number}", 3600, f"refresh-{number}")


async def kept_under(stores: Stores, keys: str, count: int = 1) -> CredentialStore:
    vault = CredentialStore(stores, Cipher(keys), CLOCK)
    for number in range(count):
        await vault.keep(f"c{number:03}", tokens(0))
    return vault


async def test_all_is_sealed_anew_while_tokens_are_refreshed(stores: Stores) -> None:
    await kept_under(stores, OLD, count=450)
    both = f"{NEW},{OLD}"
    vault = CredentialStore(stores, Cipher(both), CLOCK)

    async def refreshed(name: str) -> None:
        for number in range(1, 6):
            credentials, grant = await vault.load(name)
            await vault.replace(name, credentials.generation, tokens(number), grant.refresh_token or "")

    busy = [f"c{number:03}" for number in range(0, 450, 9)]
    await asyncio.gather(rotation(stores, both).run(), *map(refreshed, busy))
    alone = CredentialStore(stores, Cipher(NEW), CLOCK)
    for number in range(450):
        name = f"c{number:03}"
        _, grant = await alone.load(name)
        assert grant.access_token == ("access-5" if name in busy else "access-0")


async def test_a_command_goes_page_by_page_and_may_be_repeated(stores: Stores) -> None:
    await kept_under(stores, OLD, count=5)
    work = rotation(stores, f"{NEW},{OLD}")
    first = await work.page(None, 3)
    rest = await work.page([first.checked[-1].id], 3)
    assert (first.count("resealed"), rest.count("resealed")) == (3, 2)
    assert (await work.page(None, 9)).count("current") == 5
    assert await work.total() == 5


async def test_a_missing_key_is_named_and_its_connection_goes_on_when_it_is_back(stores: Stores) -> None:
    await kept_under(stores, OLD)
    await stores.connections.insert(connection(id="c000"))
    with pytest.raises(CredentialUnreadable, match="'k1'") as lost:
        await CredentialStore(stores, Cipher(NEW), CLOCK).load("c000")
    stuck = troubled(connection(id="c000"), "needs_reauth", lost.value.code, lost.value.detail, now=NOW)
    await stores.connections.update("c000", lambda c: stuck.model_copy(update={"version": c.version if c else 0}))
    page = await rotation(stores, NEW).page(None, 9)
    assert [(one.id, one.key_id) for one in page.unreadable] == [("c000", "k1")]
    CLOCK.advance(timedelta(minutes=1))
    await rotation(stores, f"{NEW},{OLD}").run()
    back = await stores.connections.get("c000")
    assert back
    assert back.trouble is None
    assert back.due["retry"] == CLOCK.now()


async def test_another_key_of_the_same_id_is_a_missing_one(stores: Stores) -> None:
    await kept_under(stores, OLD)
    impostor = "k1:" + "C" * 43 + "="
    with pytest.raises(CredentialUnreadable):
        await CredentialStore(stores, Cipher(impostor), CLOCK).load("c000")
    assert (await rotation(stores, impostor).page(None, 9)).count("unreadable") == 1


async def test_k1_what_cannot_be_opened_can_be_erased(stores: Stores) -> None:
    await kept_under(stores, OLD)
    assert await CredentialStore(stores, Cipher(NEW), CLOCK).erase("c000") is None
    assert await stores.credentials.get("c000") is None
