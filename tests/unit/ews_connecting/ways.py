"""The way to a test's server: the real adapter and threads, with a resolver that knows what the test tells it."""

import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from connector.adapters.providers.ews.mailboxes import Mailboxes
from connector.adapters.providers.ews.sign_in.logins import ExchangeLogins
from connector.adapters.providers.ews.transport.gate import Resolved
from connector.adapters.providers.ews.transport.reach import Reach, network
from connector.adapters.providers.ews.transport.threads import Threads
from connector.domain.provider.errors import NeedsReauth
from connector.domain.provider.login import Candidate, Login

LOCAL = frozenset({"localhost", "127.0.0.1"})


@dataclass
class Names:
    """A resolver: names of the test's, and `localhost`."""

    known: Mapping[str, Resolved] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> Resolved:
        self.asked.append(host)
        if host in LOCAL:
            return Resolved(["127.0.0.1"], "localhost")
        if host not in self.known:
            raise socket.gaierror(socket.EAI_NONAME, "no such host")
        return self.known[host]


@contextmanager
def reaching(
    names: Names | None = None,
    allowed: frozenset[str] = LOCAL,
    ca_bundle: str | None = None,
    services: Mapping[str, list[tuple[str, int]]] | None = None,
    threads: int = 8,
) -> Iterator[Reach]:
    """Return the way through the network, as the service takes it."""
    reach = network(allowed=allowed, ca_bundle=ca_bundle, threads=threads, resolve_names=names or Names())
    reach = replace(reach, find_services=lambda name: (services or {}).get(name, []))
    try:
        yield reach
    finally:
        for executor in (reach.calls, reach.sign_ins):
            if isinstance(executor, ThreadPoolExecutor):
                executor.shutdown(wait=False, cancel_futures=True)


def mailboxes(reach: Reach, seconds: float = 5) -> Mailboxes:
    """Return mailboxes that are reached that way."""
    return Mailboxes(Threads(reach.calls, reach.calls_at_once), reach.make_adapter, seconds)


async def verify(reach: Reach, server_url: str | None = None, email: str = "ana@example.org", **given: str) -> Login:
    """Verify a login as connecting does."""
    candidate = Candidate(email, given.get("username", email), given.get("password", "right"), server_url)
    return await ExchangeLogins(reach, mailboxes(reach)).verify(candidate)


@dataclass
class Ana:
    """A connection's way to its login, which is not given again once it was refused."""

    given: Login
    mailbox: str = "ana"
    refused: bool = False

    async def token(self) -> str:
        raise NeedsReauth("no_token")

    async def renew(self) -> str:
        raise NeedsReauth("no_token")

    async def login(self) -> Login:
        if self.refused:
            raise NeedsReauth("login_refused")
        return self.given

    async def login_refused(self) -> None:
        self.refused = True


def login(url: str, **given: str) -> Login:
    """Return a verified login."""
    fields = {"email": "ana@example.org", "username": "ana@example.org", "password": "right", "auth": "basic"}
    return Login(server_url=url, **{**fields, **given})  # type: ignore[arg-type]
