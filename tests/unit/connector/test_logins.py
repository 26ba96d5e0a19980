"""Passwords at rest: sealed for one connection and for nothing else, never tried again once refused (A4)."""

import pytest

from chassis.clock import ManualClock
from chassis.encryption import Cipher
from chassis.errors import Rejected
from connector.adapters.collections import Stores
from connector.adapters.credentials import CredentialStore
from connector.adapters.logins import FreshLogin, LoginStore, StoredLogin
from connector.application.connections.key_rotation import KeyRotation
from connector.application.connections.repository import Connections
from connector.domain.provider.errors import NeedsReauth
from connector.domain.provider.login import Candidate, Login
from tests.unit.connector.stores import Publisher, memory_stores
from tests.unit.connector.support import NOW

CIPHER = Cipher("k1:" + "A" * 43 + "=")
LOGIN = Login(
    "ana@example.org", "corp\\ana", "pässwört", "https://mail.example.org/EWS/Exchange.asmx", "ntlm", "15.2.1.2"
)


@pytest.fixture
def stores() -> Stores:
    return memory_stores(ManualClock(NOW), Publisher())


async def test_a_login_is_kept_sealed_for_its_connection(stores: Stores) -> None:
    logins = LoginStore(stores, CIPHER)
    await logins.keep("c1", LOGIN)
    assert await StoredLogin(logins, "c1").login() == LOGIN
    kept = await stores.credentials.get("c1")
    assert kept
    assert all(word not in kept.model_dump_json() for word in ("pässwört", "corp", "mail.example"))
    with pytest.raises(Rejected):
        CIPHER.decrypt(kept.sealed, "c2")


async def test_a_login_is_sealed_anew_when_the_key_was_rotated(stores: Stores) -> None:
    await LoginStore(stores, CIPHER).keep("c1", LOGIN)
    rotated = Cipher("k2:" + "B" * 43 + "=,k1:" + "A" * 43 + "=")
    await KeyRotation(stores, Connections(stores.connections), rotated, ManualClock(NOW)).run()
    kept = await stores.credentials.get("c1")
    assert kept
    assert (kept.sealed.split(":")[1], kept.generation) == ("k2", 1)
    assert await StoredLogin(LoginStore(stores, Cipher("k2:" + "B" * 43 + "=")), "c1").login() == LOGIN


async def test_a_login_is_never_opened_as_a_token(stores: Stores) -> None:
    await LoginStore(stores, CIPHER).keep("c1", LOGIN)
    with pytest.raises(NeedsReauth):
        await CredentialStore(stores, CIPHER, ManualClock(NOW)).load("c1")


async def test_a_refused_login_is_not_given_again_until_another_is_entered(stores: Stores) -> None:
    logins = LoginStore(stores, CIPHER)
    await logins.keep("c1", LOGIN)
    access = StoredLogin(logins, "c1")
    await access.login()
    await access.login_refused()
    for one in (access, StoredLogin(logins, "c1")):
        with pytest.raises(NeedsReauth):
            await one.login()
    await logins.keep("c1", LOGIN)
    assert await access.login() == LOGIN


async def test_a_refusal_of_the_login_before_says_nothing_of_the_new_one(stores: Stores) -> None:
    logins = LoginStore(stores, CIPHER)
    await logins.keep("c1", LOGIN)
    access = StoredLogin(logins, "c1")
    await access.login()
    await logins.keep("c1", LOGIN)
    await access.login_refused()
    assert await StoredLogin(logins, "c1").login() == LOGIN


async def test_k1_an_erased_login_is_gone(stores: Stores) -> None:
    logins = LoginStore(stores, CIPHER)
    await logins.keep("c1", LOGIN)
    await logins.erase("c1")
    await logins.erase("c1")
    assert await stores.credentials.get("c1") is None
    with pytest.raises(NeedsReauth):
        await StoredLogin(logins, "c1").login()


async def test_who_signs_in_by_password_has_no_token(stores: Stores) -> None:
    for access in (StoredLogin(LoginStore(stores, CIPHER), "c1"), FreshLogin(LOGIN, "c1")):
        for ask in (access.token, access.renew):
            with pytest.raises(NeedsReauth):
                await ask()


def test_no_repr_shows_a_password() -> None:
    shown = repr([LOGIN, FreshLogin(LOGIN, "c1"), Candidate("a@b.c", "a", "pässwört")])
    assert "pässwört" not in shown
