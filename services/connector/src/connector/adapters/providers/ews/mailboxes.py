"""Calls to Exchange mailboxes: in threads of our own, one call of a mailbox at a time, errors as ours.

exchangelib blocks. What calls a mailbox is a plain function that takes its account and runs in a thread; nothing of
exchangelib's leaves it.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from requests.adapters import BaseAdapter

from connector.adapters.providers.ews.errors import Target, translate
from connector.adapters.providers.ews.transport.line import Line, MakeAdapter
from connector.adapters.providers.ews.transport.threads import Threads
from connector.adapters.providers.patience import Patience
from connector.domain.provider.errors import NeedsReauth, Throttled, Transient
from connector.domain.provider.login import Login
from connector.domain.provider.port import Access

if TYPE_CHECKING:
    from exchangelib import Account

_T = TypeVar("_T")

_MOST_OPEN = 256
"""Mailboxes whose connection is kept open; each holds a socket and some 100 kB."""


@dataclass
class _Mailbox:
    login: Login
    line: Line
    adapter: BaseAdapter
    account: "Account | None" = None
    calls: int = 0
    """How many calls are under way or wait."""

    @property
    def server(self) -> str:
        return urlsplit(self.login.server_url).hostname or ""

    def run(self, work: Callable[["Account"], _T], target: Target) -> _T:
        """Do the work; in a thread. Raises `connector.domain.provider.errors`, and what is a mistake of ours."""
        try:
            with self.line.working():
                return work(self._opened())
        except Throttled as error:
            raise Throttled(error.code, error.detail, retry_after=error.retry_after or self.line.back_off) from None
        except Exception as error:
            ours = translate(error, target=target, back_off=self.line.back_off)
            if ours is error:
                raise
            raise ours from None  # the texts of exchangelib's errors hold content

    def _opened(self) -> "Account":
        from connector.adapters.providers.ews.accounts import open_account  # noqa: PLC0415 - loads exchangelib

        if self.account is None:
            self.account = open_account(self.login, self.adapter)
        return self.account

    def close(self) -> None:
        self.account = None
        self.adapter.close()


class Mailboxes:
    """All mailboxes that this process calls, each with one connection that is kept open between calls."""

    def __init__(self, threads: Threads, make_adapter: MakeAdapter, seconds: float) -> None:
        self._threads = threads
        self._make_adapter = make_adapter
        self._patience = Patience(seconds)
        self._open: OrderedDict[str, _Mailbox] = OrderedDict()

    async def call(self, access: Access, work: Callable[["Account"], _T], *, target: Target = "item") -> _T:
        """Return what `work` does with the connection's account. `target` is what the errors are about.

        Raises `connector.domain.provider.errors` alone. A login that is refused is noted and never tried again.
        """
        mailbox = self._mailbox(access.mailbox, await access.login())
        mailbox.calls += 1
        try:
            return await self._timed(access.mailbox, mailbox, work, target)
        except NeedsReauth:
            self.forget(access.mailbox)
            await access.login_refused()
            raise
        finally:
            mailbox.calls -= 1

    async def _timed(self, key: str, mailbox: _Mailbox, work: Callable[["Account"], _T], target: Target) -> _T:
        """Do the work, and learn how long this server takes: a slow one is no outage."""
        mailbox.line.seconds = self._patience.seconds(mailbox.server)
        try:
            done = await self._threads.run(mailbox.server, key, lambda: mailbox.run(work, target), mailbox.line.cut)
        except Transient as error:
            if error.code == "timeout":
                self._patience.timed_out(mailbox.server)
            raise
        self._patience.answered(mailbox.server, mailbox.line.slowest)
        return done

    def _mailbox(self, key: str, login: Login) -> _Mailbox:
        known = self._open.get(key)
        if known is None or known.login != login:
            self.forget(key)
            line = Line(self._patience.seconds(""))
            known = self._open[key] = _Mailbox(login, line, self._make_adapter(line))
            self._close_longest_unused()
        self._open.move_to_end(key)
        return known

    def _close_longest_unused(self) -> None:
        idle = [key for key, mailbox in self._open.items() if not mailbox.calls]
        for key in idle[: max(0, len(self._open) - _MOST_OPEN)]:
            self.forget(key)

    def forget(self, key: str) -> None:
        """Close a mailbox and forget its login: it was stopped, refused, or signed in anew."""
        known = self._open.pop(key, None)
        if known:
            known.close()

    def close(self) -> None:
        """Close all mailboxes, and cut off the calls that are under way."""
        for key, mailbox in list(self._open.items()):
            if mailbox.calls:
                mailbox.line.cut()
            self.forget(key)
