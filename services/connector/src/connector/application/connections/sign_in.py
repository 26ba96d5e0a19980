"""Signing in at a provider: the way there with a single-use state, and the way back (A4, RFC 6749, RFC 7636)."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from httpx import URL

from chassis.clock import Clock
from chassis.errors import NeedsUser, Rejected, TandemError
from connector.adapters.access import OAuthAccess
from connector.adapters.collections import OAuthState
from connector.adapters.guarded_calendar import Calendars, provider_errors
from connector.adapters.oauth import Tokens
from connector.application.connections.bringing_up import BringingUp, is_account_of
from connector.application.connections.repository import Connections
from connector.application.connections.sign_in_states import SignInFailed, SignInStates
from connector.application.provider_access import ProviderAccess
from connector.domain.connection.lifecycle import pick_calendar
from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import LastProblem
from connector.domain.provider.port import Account

log = structlog.get_logger()


@dataclass(frozen=True)
class _FreshAccess(OAuthAccess):
    """Tokens in hand, not stored yet: an account is only kept once it is known to be the right one."""

    tokens: Tokens
    mailbox: str

    async def token(self) -> str:
        """Return the access token."""
        return self.tokens.access_token

    async def renew(self) -> str:
        """Refuse: a token that was given a moment ago and is refused already."""
        raise NeedsUser("token_refused", "the provider refused the token that it gave")


@dataclass(frozen=True)
class SignIn:
    """Leads users to their provider and takes them back."""

    states: SignInStates
    connections: Connections
    accounts: ProviderAccess
    bringing_up: BringingUp
    clock: Clock

    async def connection(self, begun: OAuthState) -> Connection:
        """Return the connection that a sign-in is for; SignInFailed where it is gone or stopped."""
        connection = await self.connections.get(begun.connection_id)
        if connection is None or connection.phase in {"stopping", "stopped"}:
            raise SignInFailed("invalid_state", "this connection is no longer there")
        return connection

    def provider_url(self, begun: OAuthState, connection: Connection, added: Mapping[str, str] | None = None) -> str:
        """Return where the user gives consent. `added` goes along (`hl`, `prompt`), but never in place of ours."""
        client = self.accounts.oauth(connection.provider)
        url = URL(client.authorization_url(begun.id, self.states.verifier(begun), connection.email))
        return str(url.copy_merge_params({**(added or {}), **dict(url.params)}))

    async def finish(self, begun: OAuthState, code: str) -> Connection:
        """Exchange the code and bring the connection up. SignInFailed, noted as its last problem, else."""
        connection = await self.connection(begun)
        try:
            return await self._finish(connection, begun, code)
        except SignInFailed:
            raise
        except (Rejected, NeedsUser) as error:
            raise SignInFailed(error.code, error.detail, connection.id) from error

    async def note_failure(self, connection_id: str, code: str, detail: str) -> None:
        """Note for the user why a sign-in came to nothing."""
        problem = LastProblem(code=code, detail=detail, at=self.clock.now())
        await self.connections.change(connection_id, lambda c: c.with_problem(problem))

    async def _finish(self, connection: Connection, begun: OAuthState, code: str) -> Connection:
        with provider_errors():
            tokens = await self.accounts.oauth(connection.provider).exchange(code, self.states.verifier(begun))
        fresh = _FreshAccess(tokens, connection.id)
        calendars = Calendars(self.accounts.kits[connection.provider].calendars, fresh, name=connection.provider)
        account = await calendars.account()
        if not is_account_of(connection, account):
            await self._give_back(connection, account, tokens)
            detail = f"signed in as {account.email}, but the connection is for {connection.email}"
            raise SignInFailed("account_mismatch", detail, connection.id)
        calendar = pick_calendar(connection.settings, await calendars.calendars())
        if calendar is None:
            raise SignInFailed("no_calendar", "the account has no calendar that can be synced", connection.id)
        await self.accounts.vault.keep(connection.id, tokens)
        return await self.bringing_up.bring_up(connection, account, calendar)

    async def _give_back(self, connection: Connection, account: Account, tokens: Tokens) -> None:
        """Give back a grant that nobody asked for; best effort, since nothing of it is kept here.

        Not where a connection of that account lives here: at Google, revoking one token can end the whole grant.
        """
        theirs = await self.connections.documents.find({"provider": connection.provider, "account_id": account.id})
        if any(one.phase != "stopped" for one in theirs):
            return
        try:
            await self.accounts.oauth(connection.provider).revoke(tokens.refresh_token or tokens.access_token)
        except TandemError as error:
            log.warning("revoke_failed", connection=connection.id, reason=str(error))
