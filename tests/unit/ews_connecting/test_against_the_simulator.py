"""Connecting as a whole, against the simulated Exchange Server behind TLS: found by the DNS, signed in to by NTLM."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import trustme
import uvicorn

from connector.adapters.providers.ews.transport.addresses import IsExchangeOnline, ServerNotAllowed
from connector.adapters.providers.ews.transport.gate import Resolved
from connector.adapters.providers.ews.transport.reach import Reach
from connector.domain.provider.errors import CalendarUnavailable, NeedsReauth
from connector.domain.provider.login import Login
from simulators.exchange import ExchangeSettings, make_exchange_simulator
from simulators.exchange.http.connections import NumberedProtocol
from tests.support.ports import free_base
from tests.support.waiting import wait_until
from tests.unit.ews_connecting.ways import Names, reaching, verify

HOST = "mail.example.org"
ANA = "ana@example.org"


@dataclass(frozen=True)
class Served:
    """The simulator, its control API, and the way to it as the DNS of its users shows it."""

    control: httpx.Client
    reach: Reach
    port: int

    @property
    def url(self) -> str:
        """The address of its EWS endpoint."""
        return f"https://{HOST}:{self.port}/EWS/Exchange.asmx"

    def sign_up(self, email: str, password: str) -> None:
        """Create an account."""
        body = {"email": email, "name": email, "password": password}
        self.control.post("/control/accounts", json=body).raise_for_status()

    def offer(self, *schemes: str) -> None:
        """Let it offer these ways to sign in."""
        self.control.put("/control/authentication", json={"schemes": schemes}).raise_for_status()

    def trap(self, trap: str, **parameters: str) -> None:
        """Set a trap for good."""
        body = {"trap": trap, "count": None, "parameters": parameters}
        self.control.post("/control/traps", json=body).raise_for_status()

    def journal(self, operation: str) -> Sequence[int]:
        """Return the statuses of an operation's answers."""
        rows = self.control.get("/control/journal").json()
        return [row["status"] for row in rows if row["operation"] == operation]


@contextmanager
def _running(port: int, certificate: Path, key: Path) -> Iterator[uvicorn.Server]:
    app = make_exchange_simulator(ExchangeSettings(seed=7))
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            log_config=None,
            timeout_graceful_shutdown=0,
            http=NumberedProtocol,
            ssl_certfile=str(certificate),
            ssl_keyfile=str(key),
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.fixture
async def served(tmp_path: Path) -> Iterator[Served]:  # type: ignore[misc]
    """Serve the simulator under its name, with a certificate of the organisation's own authority."""
    authority = trustme.CA()
    issued, port = authority.issue_cert(HOST), free_base() + 12
    bundle, certificate, key = (tmp_path / name for name in ("ca.pem", "cert.pem", "key.pem"))
    authority.cert_pem.write_to_path(bundle)
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    names = Names({HOST: Resolved(["127.0.0.1"], HOST)})
    services = {"_autodiscover._tcp.example.org": [(HOST, port)]}
    with _running(port, certificate, key) as server:
        await wait_until(lambda: server.started, awaited="the simulator to listen")
        with (
            reaching(names, frozenset({HOST}), str(bundle), services) as reach,
            httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=False) as control,
        ):
            found = Served(control, reach, port)
            found.sign_up(ANA, "right")
            yield found


@pytest.mark.parametrize("schemes", [("NTLM", "Basic"), ("NTLM",), ("Basic",)])
async def test_a4_a_server_is_found_by_the_address_alone(served: Served, schemes: tuple[str, ...]) -> None:
    served.offer(*schemes)
    taken = await verify(served.reach, email=ANA)
    assert (taken.server_url, taken.auth) == (served.url, schemes[0].lower())
    assert taken.version
    assert 200 in served.journal("Autodiscover.svc")
    assert served.journal("Autodiscover.xml") == []


async def test_a4_a_server_that_speaks_only_pox_is_found(served: Served) -> None:
    served.trap("autodiscover.no_svc")
    assert (await verify(served.reach, email=ANA)).server_url == served.url
    assert 200 in served.journal("Autodiscover.xml")


async def test_a4_a_wrong_password_ends_the_search(served: Served) -> None:
    served.offer("Basic")
    with pytest.raises(NeedsReauth):
        await verify(served.reach, email=ANA, password="wrong")
    assert served.journal("Autodiscover.svc") == [401, 401]
    assert served.journal("Autodiscover.xml") == served.journal("GetFolder") == []


async def test_a2_a_mailbox_that_was_moved_to_exchange_online_is_told_so(served: Served) -> None:
    served.trap("autodiscover.moved")
    with pytest.raises(IsExchangeOnline, match="office365"):
        await verify(served.reach, email=ANA)


async def test_a2_and_one_whose_address_was(served: Served) -> None:
    served.trap("autodiscover.redirect_address", to="ana@example.mail.onmicrosoft.com")
    with pytest.raises(IsExchangeOnline, match="office365"):
        await verify(served.reach, email=ANA)


async def test_a_service_that_sends_us_inside_is_not_followed(served: Served) -> None:
    served.trap("autodiscover.redirect_url", to="https://127.0.0.1/autodiscover/autodiscover.svc")
    with pytest.raises(ServerNotAllowed):
        await verify(served.reach, email=ANA)


async def test_a4_somebody_elses_address_is_refused(served: Served) -> None:
    served.sign_up("bob@example.org", "other")
    with pytest.raises(Exception, match="not bob"):
        await verify(served.reach, served.url, email="bob@example.org", username=ANA)


async def test_an_account_whose_mailbox_is_gone_is_told_so(served: Served) -> None:
    served.trap("fault.mailbox")
    with pytest.raises(CalendarUnavailable):
        await verify(served.reach, served.url, email=ANA)


async def test_a_login_without_a_version_is_good(served: Served) -> None:
    served.trap("answer.no_version")
    taken = await verify(served.reach, served.url, email=ANA)
    assert isinstance(taken, Login)
    assert taken.version is None
