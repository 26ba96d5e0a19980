"""A login is tried once at the server before anything is stored, and every failure has a name (A4)."""

import base64
from pathlib import Path

import pytest
import trustme

from chassis.errors import Rejected
from connector.domain.provider.errors import CalendarUnavailable, NeedsReauth, Throttled, Transient
from connector.domain.provider.login import Login
from tests.unit.ews_connecting.server import Asked, Reply, challenge, failed, folders, serving, soap
from tests.unit.ews_connecting.ways import Names, reaching, verify


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def signing_in(name: str = "ana@example.org", password: str = "right") -> "Signing":
    return Signing(basic(name, password))


class Signing:
    """Takes one login by Basic."""

    def __init__(self, good: str) -> None:
        self.good = good
        self.tries = 0

    def __call__(self, asked: Asked) -> Reply:
        if "Authorization" not in asked.headers:
            return challenge('Basic realm="mail, of example"')
        self.tries += 1
        return soap() if asked.headers["Authorization"] == self.good else challenge("Basic")


async def test_a_login_that_is_taken_comes_with_the_servers_address_and_version() -> None:
    with serving(signing_in()) as server, reaching() as reach:
        taken = await verify(reach, f"http://LOCALHOST:{server.port}")
        assert taken == Login("ana@example.org", "ana@example.org", "right", server.url, "basic", "15.2.1544.4")


async def test_a_server_without_a_version_is_taken_too() -> None:
    def answer(asked: Asked) -> Reply:
        return soap(header="") if "Authorization" in asked.headers else challenge("Basic")

    with serving(answer) as server, reaching() as reach:
        assert (await verify(reach, server.url)).version is None


async def test_a_message_that_succeeded_need_not_tell_a_code() -> None:
    """The schema has ResponseCode as optional."""
    sparse = soap(folders("cal").replace("<m:ResponseCode>NoError</m:ResponseCode>", ""))

    def answer(asked: Asked) -> Reply:
        return sparse if "Authorization" in asked.headers else challenge("Basic")

    with serving(answer) as server, reaching() as reach:
        assert (await verify(reach, server.url)).server_url == server.url


async def test_the_path_is_compared_by_the_server_and_kept_as_it_was_given() -> None:
    with serving(signing_in()) as server, reaching() as reach:
        url = server.url.replace("/EWS/Exchange.asmx", "/ews/exchange.asmx")
        assert (await verify(reach, url)).server_url == url


async def test_a_user_name_may_differ_from_the_address_and_passwords_are_sent_as_utf_8() -> None:
    with serving(signing_in("corp\\ana", "pässwört€")) as server, reaching() as reach:
        taken = await verify(reach, server.url, username="corp\\ana", password="pässwört€")
        assert taken.username == "corp\\ana"


async def test_a_wrong_password_is_tried_once_and_needs_the_user() -> None:
    signing = signing_in()
    with serving(signing) as server, reaching() as reach:
        with pytest.raises(NeedsReauth, match="password"):
            await verify(reach, server.url, password="wrong")
        assert signing.tries == 1


async def test_a_locked_account_is_told_so() -> None:
    def answer(asked: Asked) -> Reply:
        locked = b"The referenced account is currently locked out and may not be logged on to."
        return Reply(401, locked) if "Authorization" in asked.headers else challenge("Basic")

    with serving(answer) as server, reaching() as reach:
        with pytest.raises(NeedsReauth) as told:
            await verify(reach, server.url)
        assert told.value.code == "account_locked"


async def test_a_refusal_beside_a_closed_connection_is_a_refusal() -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(401, headers={"Connection": "close"}) if "Authorization" in asked.headers else challenge("Basic")

    with serving(answer) as server, reaching() as reach, pytest.raises(NeedsReauth):
        await verify(reach, server.url)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (challenge("Bearer", "Digest"), "unsupported_sign_in"),
        (Reply(200, b"<html>Welcome</html>"), "broken_answer"),
        (Reply(404), "http_404"),
        (Reply(502), "http_502"),
        (Reply(500, b"Server Error in '/EWS' Application"), "http_500"),
        (Reply(drops=True), "connection_failed"),
    ],
)
async def test_what_is_no_exchange_server_is_told_apart(reply: Reply, code: str) -> None:
    with serving(lambda _: reply) as server, reaching() as reach:
        with pytest.raises(Transient) as told:
            await verify(reach, server.url)
        assert told.value.code == code
        assert all("Authorization" not in one.headers for one in server.asked)


async def test_a_server_that_is_overloaded_says_when_to_come_again() -> None:
    with serving(lambda _: Reply(503, headers={"Retry-After": "30"})) as server, reaching() as reach:
        with pytest.raises(Throttled) as told:
            await verify(reach, server.url)
        assert told.value.retry_after == 30


async def test_one_that_takes_the_password_and_shows_a_page_is_no_exchange_server() -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(200, b"<html>") if "Authorization" in asked.headers else challenge("Basic")

    with serving(answer) as server, reaching() as reach, pytest.raises(Transient, match="no Exchange server"):
        await verify(reach, server.url)


@pytest.mark.parametrize("code", ["ErrorNonExistentMailbox", "ErrorFolderNotFound", "ErrorMissingEmailAddress"])
async def test_an_account_without_a_mailbox_or_calendar_is_told_so(code: str) -> None:
    def answer(asked: Asked) -> Reply:
        return failed(code) if "Authorization" in asked.headers else challenge("Basic")

    with serving(answer) as server, reaching() as reach, pytest.raises(CalendarUnavailable):
        await verify(reach, server.url)


@pytest.mark.parametrize("second", ["somebody-elses", "ErrorNonExistentMailbox", "ErrorAccessDenied"])
async def test_a4_the_address_must_be_the_mailboxs_of_who_signs_in(second: str) -> None:
    def answer(asked: Asked) -> Reply:
        return soap(folders("mine", second)) if "Authorization" in asked.headers else challenge("Basic")

    with serving(answer) as server, reaching() as reach:
        with pytest.raises(Rejected) as told:
            await verify(reach, server.url)
        assert told.value.code == "account_mismatch"
        assert b"<t:EmailAddress>ana@example.org</t:EmailAddress>" in server.asked[-1].body


async def test_nobody_listens_or_the_name_is_not_known() -> None:
    with serving(lambda _: soap()) as server:
        url = server.url
    with reaching() as reach:
        with pytest.raises(Transient, match="could not be reached"):
            await verify(reach, url)
        with pytest.raises(Transient, match="not known"):
            await verify(reach, "https://mail.example.org")


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


async def test_a_certificate_of_nobodys_is_refused_and_no_password_is_sent(authority: trustme.CA) -> None:
    with serving(signing_in(), authority.issue_cert("localhost")) as server, reaching() as reach:
        with pytest.raises(Transient) as told:
            await verify(reach, server.url)
        assert told.value.code == "certificate_invalid"
        assert server.asked == []


async def test_one_of_the_operators_own_authority_is_taken(authority: trustme.CA, tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    with serving(signing_in(), authority.issue_cert("localhost")) as server, reaching(ca_bundle=str(bundle)) as reach:
        assert (await verify(reach, server.url)).server_url == server.url


async def test_one_for_another_name_is_refused_whoever_issued_it(authority: trustme.CA, tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    certificate = authority.issue_cert("mail.example.org")
    with serving(signing_in(), certificate) as server, reaching(ca_bundle=str(bundle)) as reach:
        with pytest.raises(Transient) as told:
            await verify(reach, server.url)
        assert told.value.code == "certificate_invalid"


async def test_a_server_without_tls_where_tls_is_asked_for_is_unreachable() -> None:
    with serving(signing_in()) as server, reaching(Names()) as reach:
        with pytest.raises(Transient) as told:
            await verify(reach, f"https://localhost:{server.port}")
        assert told.value.code == "connection_failed"


def test_a_login_never_shows_its_password() -> None:
    taken = Login("ana@example.org", "ana", "secret", "https://mail.example.org/EWS/Exchange.asmx", "ntlm")
    assert "secret" not in repr(taken)
