"""What an Exchange connection is signed in by: see `connector.domain.provider.login.LoginVerifier`."""

import asyncio
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from connector.adapters.providers.ews.mailboxes import Mailboxes
from connector.adapters.providers.ews.sign_in.addresses import domain_of, ews_url
from connector.adapters.providers.ews.sign_in.tries import RefusedTries
from connector.adapters.providers.ews.sign_in.verification import Verification
from connector.adapters.providers.ews.transport.line import Line
from connector.adapters.providers.ews.transport.reach import Reach
from connector.adapters.providers.ews.transport.threads import Threads
from connector.domain.provider.errors import NeedsReauth
from connector.domain.provider.login import Candidate, Login

_STEP_SECONDS = 5.0
"""How long each answer is waited for while a server is looked for: there are several, and a user waits."""


class ExchangeLogins:
    """Verifies logins in threads of their own, so that a server which hangs keeps no mailbox waiting."""

    def __init__(self, reach: Reach, mailboxes: Mailboxes) -> None:
        self._reach = reach
        self._threads = Threads(reach.sign_ins, reach.sign_ins_at_once)
        self._verification = Verification(reach.make_adapter, reach.find_services)
        self._mailboxes = mailboxes
        self._lines: set[Line] = set()
        self._tries = RefusedTries(lambda: asyncio.get_running_loop().time())

    async def verify(self, candidate: Candidate) -> Login:
        """Sign in once and return what did."""
        server, line = _server(candidate), Line(_STEP_SECONDS)
        self._tries.check(server, candidate.username)
        work = partial(_within, line, partial(self._verification.verified, candidate, line))
        self._lines.add(line)
        try:
            login = await self._threads.run(server, f"{candidate.email} at {server}", work, line.cut)
        except NeedsReauth:
            self._tries.refused(server, candidate.username)
            raise
        finally:
            self._lines.discard(line)
        self._tries.taken(server, candidate.username)
        return login

    def forget(self, mailbox: str) -> None:
        """Close what is open for a connection, and forget its password."""
        self._mailboxes.forget(mailbox)

    async def aclose(self) -> None:
        """Cut off the calls and sign-ins that are under way, and end the threads."""
        for line in self._lines:
            line.cut()
        self._mailboxes.close()
        self._reach.close()


def _within(line: Line, work: Callable[[], Login]) -> Login:
    with line.working():
        return work()


def _server(candidate: Candidate) -> str:
    if candidate.server_url:
        return urlsplit(ews_url(candidate.server_url)).hostname or ""
    return domain_of(candidate.email)
