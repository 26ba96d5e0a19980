"""Signing in at a provider: the way there with a single-use state, and the way back (A4, RFC 6749, RFC 7636)."""

from dataclasses import dataclass
from datetime import timedelta

from chassis.clock import Clock
from chassis.encryption import Cipher
from chassis.errors import NeedsUser, Rejected
from chassis.ids import new_id
from connector.adapters.collections import OAuthState, Stores
from connector.adapters.guarded_calendar import Calendars, provider_errors
from connector.adapters.oauth import Tokens
from connector.application.connections.repository import Connections
from connector.application.provider_access import ProviderAccess, new_secret
from connector.domain.connection.identity import account_key
from connector.domain.connection.lifecycle import authorised, pick_calendar, reauthorised
from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import LastProblem
from connector.domain.provider.port import Account, CalendarInfo

_STATE_LIFE = timedelta(minutes=10)


class SignInFailed(Rejected):
    """The sign-in came to nothing; nothing was stored but why. `connection_id` where the state was good."""

    def __init__(self, code: str, detail: str, connection_id: str | None = None) -> None:
        super().__init__(code, detail)
        self.connection_id = connection_id


@dataclass(frozen=True)
class _FreshAccess:
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

    stores: Stores
    connections: Connections
    accounts: ProviderAccess
    cipher: Cipher
    clock: Clock

    async def begin(self, connection: Connection) -> str:
        """Return where the user signs in. Addresses given out before are void."""
        for old in await self.stores.states.find({"connection_id": connection.id}):
            await self.stores.states.delete(old.id, old.version)
        state, verifier = new_secret(), new_secret()
        await self.stores.states.insert(
            OAuthState(
                id=state,
                connection_id=connection.id,
                company_id=connection.company_id,
                user_id=connection.user_id,
                sealed_verifier=self.cipher.encrypt(verifier.encode(), state),
                expires_at=self.clock.now() + _STATE_LIFE,
            )
        )
        return self.accounts.oauth(connection.provider).authorization_url(state, verifier, connection.email)

    async def use_state(self, state: str) -> OAuthState:
        """Return what a state stands for, once and in time; SignInFailed else."""
        used = False

        def use(known: OAuthState | None) -> OAuthState | None:
            nonlocal used
            used = known is not None and not known.used
            return known.as_used() if known and used else None

        known = await self.stores.states.update(state, use)
        if known is None or not used or known.expires_at <= self.clock.now():
            raise SignInFailed("invalid_state", "this sign-in is unknown, was used already, or took too long")
        return known

    async def finish(self, state: OAuthState, code: str) -> Connection:
        """Exchange the code and bring the connection up. SignInFailed, noted as its last problem, else."""
        connection = await self.connections.get(state.connection_id)
        if connection is None or connection.phase in {"stopping", "stopped"}:
            raise SignInFailed("invalid_state", "this connection is no longer there", state.connection_id)
        try:
            return await self._finish(connection, state, code)
        except SignInFailed:
            raise
        except (Rejected, NeedsUser) as error:
            raise SignInFailed(error.code, error.detail, connection.id) from error

    async def note_failure(self, connection_id: str, code: str, detail: str) -> None:
        """Note for the user why a sign-in came to nothing."""
        problem = LastProblem(code=code, detail=detail, at=self.clock.now())
        await self.connections.change(connection_id, lambda c: c.with_problem(problem))

    async def _finish(self, connection: Connection, state: OAuthState, code: str) -> Connection:
        verifier = self.cipher.decrypt(state.sealed_verifier, state.id).decode()
        with provider_errors():
            tokens = await self.accounts.oauth(connection.provider).exchange(code, verifier)
        calendars = Calendars(self.accounts.kits[connection.provider].calendars, _FreshAccess(tokens, connection.id))
        account = await calendars.account()
        _check_account(connection, account)
        calendar = pick_calendar(connection.settings, await calendars.calendars())
        if calendar is None:
            raise SignInFailed("no_calendar", "the account has no calendar that can be synced", connection.id)
        await self.accounts.vault.keep(connection.id, tokens)
        return await self._bring_up(connection, account, calendar)

    async def _bring_up(self, connection: Connection, account: Account, calendar: CalendarInfo) -> Connection:
        key = account_key(connection.company_id, connection.user_id, connection.provider, account.id)
        now, replay_id = self.clock.now(), new_id()

        def up(current: Connection) -> Connection:
            if current.account_key is None:
                return authorised(current, account, key, calendar, now=now, replay_id=replay_id)
            return reauthorised(current, now)

        return await self.connections.change(connection.id, up)


def _check_account(connection: Connection, account: Account) -> None:
    if not account.has(connection.email) or connection.account_id not in (None, account.id):
        detail = f"signed in as {account.email}, but the connection is for {connection.email}"
        raise SignInFailed("account_mismatch", detail, connection.id)
