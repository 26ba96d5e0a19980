"""No server-side request forgery: the address that is connected to is judged, after every redirect and alias too."""

from pathlib import Path

import pytest

from connector.adapters.providers.ews.transport.addresses import IsExchangeOnline, ServerNotAllowed
from connector.adapters.providers.ews.transport.gate import Resolved
from connector.domain.provider.errors import NeedsReauth, Transient
from tests.unit.ews_connecting.server import Asked, Reply, challenge, serving, soap
from tests.unit.ews_connecting.ways import Names, reaching, verify

NOTHING: frozenset[str] = frozenset()


async def test_a_loopback_address_is_not_called_and_nothing_arrives_there() -> None:
    with serving(lambda _: soap()) as server, reaching(allowed=NOTHING) as reach:
        for url in (f"https://127.0.0.1:{server.port}", f"https://localhost:{server.port}"):
            with pytest.raises(ServerNotAllowed, match="private network"):
                await verify(reach, url)
        assert server.connections == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
async def test_a_name_of_a_private_address_is_not_called(address: str) -> None:
    names = Names({"mail.example.org": Resolved([address])})
    with serving(lambda _: soap()) as server, reaching(names, NOTHING) as reach:
        with pytest.raises(ServerNotAllowed):
            await verify(reach, f"https://mail.example.org:{server.port}")
        assert server.connections == 0


async def test_a_name_is_resolved_once_for_each_connection_so_that_no_second_answer_leads_elsewhere() -> None:
    names = Names({"mail.example.org": Resolved(["127.0.0.1"])})
    with serving(lambda _: challenge("Basic")) as server, reaching(names, frozenset({"mail.example.org"})) as reach:
        with pytest.raises(NeedsReauth):
            await verify(reach, f"http://mail.example.org:{server.port}/EWS/Exchange.asmx")
        assert len(names.asked) == server.connections == 2


async def test_a_redirect_to_an_address_that_is_not_allowed_is_not_followed() -> None:
    with serving(lambda _: soap()) as inside, reaching(allowed=frozenset({"localhost"})) as reach:
        target = f"https://127.0.0.1:{inside.port}/EWS/Exchange.asmx"
        away = Reply(302, headers={"Location": target})
        with serving(lambda _: away) as server, pytest.raises(ServerNotAllowed):
            await verify(reach, server.url)
        assert inside.connections == 0


@pytest.mark.parametrize("scheme", ["http", "ftp", "file"])
async def test_a_redirect_away_from_https_is_not_followed(scheme: str) -> None:
    target = f"{scheme}://mail.example.org/EWS/Exchange.asmx"
    away = Reply(301, headers={"Location": target})
    with reaching() as reach, serving(lambda _: away) as server, pytest.raises(ServerNotAllowed, match="only https"):
        await verify(reach, server.url)


async def test_a_redirect_to_an_allowed_server_is_followed() -> None:
    def at_last(asked: Asked) -> Reply:
        return soap() if "Authorization" in asked.headers else challenge("Basic")

    with serving(at_last) as other, reaching() as reach:
        away = Reply(307, headers={"Location": other.url})
        with serving(lambda _: away) as server:
            assert (await verify(reach, server.url)).server_url == other.url


async def test_a_server_that_leads_in_circles_is_no_server() -> None:
    with reaching() as reach, serving(lambda _: Reply(302, headers={"Location": "/EWS/Exchange.asmx"})) as server:
        with pytest.raises(Transient) as told:
            await verify(reach, server.url)
        assert told.value.code == "redirected"
        assert len(server.asked) == 3


@pytest.mark.parametrize("location", ["https://outlook.office365.com/EWS/Exchange.asmx", "https://outlook.office.com/"])
async def test_a2_a_mailbox_that_was_moved_to_exchange_online_is_told_so(location: str) -> None:
    away = Reply(302, headers={"Location": location})
    with reaching() as reach, serving(lambda _: away) as server, pytest.raises(IsExchangeOnline, match="office365"):
        await verify(reach, server.url)


async def test_a2_a_name_that_is_an_alias_of_exchange_online_is_told_so() -> None:
    names = Names({"autodiscover.example.org": Resolved(["8.8.8.8"], "autodiscover.outlook.com")})
    with reaching(names, NOTHING) as reach, pytest.raises(IsExchangeOnline):
        await verify(reach)


@pytest.mark.parametrize("url", ["https://outlook.office365.com", "https://outlook.office.com/EWS/Exchange.asmx"])
async def test_a2_exchange_online_is_not_called(url: str) -> None:
    names = Names()
    with reaching(names) as reach, pytest.raises(IsExchangeOnline):
        await verify(reach, url)
    assert names.asked == []


async def test_a_proxy_of_the_environment_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda _: soap()) as proxy, serving(lambda _: challenge("Basic")) as server, reaching() as reach:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(NeedsReauth):
            await verify(reach, server.url)
        assert proxy.connections == 0


async def test_logins_of_the_machines_own_are_not_shown_to_strangers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login root password machines-own\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(lambda _: challenge("Basic")) as server, reaching() as reach:
        with pytest.raises(NeedsReauth):
            await verify(reach, server.url)
        assert "Authorization" not in server.asked[0].headers
