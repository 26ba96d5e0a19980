"""Signing in by password: verified at the provider before anything is stored (A4)."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from chassis.errors import NeedsUser, Rejected, Transient
from connector.adapters.guarded_calendar import Calendars
from connector.adapters.logins import FreshLogin
from connector.application.connections.bringing_up import BringingUp, is_account_of
from connector.application.provider_access import ProviderAccess
from connector.domain.connection.lifecycle import pick_calendar
from connector.domain.connection.login_refusal import login_refusal
from connector.domain.connection.settings_change import SettingRefused
from connector.domain.model.connection import Connection
from connector.domain.provider.errors import NeedsReauth
from connector.domain.provider.login import Candidate, Login
from connector.domain.provider.port import Account, CalendarInfo


@dataclass(frozen=True)
class Verified:
    """A login that was taken, whose account it is, and the calendar that is synced."""

    login: Login
    account: Account
    calendar: CalendarInfo


@dataclass(frozen=True)
class PasswordSignIn:
    """Signs users in at providers that take passwords."""

    accounts: ProviderAccess
    bringing_up: BringingUp

    async def verified(self, connection: Connection, candidate: Candidate) -> Verified:
        """Return what a login opens. SettingRefused, and nothing stored, where it opens nothing of use."""
        try:
            return await self._verified(connection, candidate)
        except SettingRefused:
            raise
        except (NeedsUser, Rejected, Transient) as error:
            raise login_refusal(error) from error

    async def _verified(self, connection: Connection, candidate: Candidate) -> Verified:
        verifier = self.accounts.verifier(connection.provider)
        fresh = FreshLogin(await verifier.verify(candidate), f"sign-in of {connection.id}")
        try:
            return await self._opened(connection, fresh)
        finally:
            verifier.forget(fresh.mailbox)

    async def _opened(self, connection: Connection, fresh: FreshLogin) -> Verified:
        calendars = Calendars(self.accounts.kits[connection.provider].calendars, fresh, name=connection.provider)
        account = await calendars.account()
        if not is_account_of(connection, account):
            detail = f"signed in as {account.email}, but the connection is for {connection.email}"
            raise SettingRefused("account_mismatch", "email", detail)
        calendar = pick_calendar(connection.settings, await calendars.calendars())
        if calendar is None:
            raise SettingRefused("no_calendar", "email", "the account has no calendar that can be synced")
        return Verified(fresh.given, account, calendar)

    async def candidate(
        self, connection: Connection, password: str, username: str | None, server_url: str | None
    ) -> Candidate:
        """Return a login with a new password; what is not given is as it was the last time."""
        try:
            _, known = await self.accounts.logins.load(connection.id)
        except NeedsReauth:
            return Candidate(connection.email, username or connection.email, password, server_url)
        return Candidate(connection.email, username or known.username, password, server_url or known.server_url)

    async def keep(self, connection: Connection, verified: Verified) -> Connection:
        """Store a login that was taken, and return the connection running."""
        await self.accounts.logins.keep(connection.id, verified.login)
        host = urlsplit(verified.login.server_url).hostname
        return await self.bringing_up.bring_up(connection, verified.account, verified.calendar, server=host)
