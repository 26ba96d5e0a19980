"""Logins at rest and in use: sealed for their connection, never tried again once refused, erased at the stop."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from chassis.encryption import Cipher
from connector.adapters.access import PasswordAccess
from connector.adapters.collections import Credentials, Stores
from connector.adapters.sealed import opened
from connector.domain.provider.errors import NeedsReauth
from connector.domain.provider.login import Login

_LOGIN: TypeAdapter[Login] = TypeAdapter(Login)


class LoginStore:
    """Keeps the logins of all connections whose provider takes a password."""

    def __init__(self, stores: Stores, cipher: Cipher) -> None:
        self._documents = stores.credentials
        self._cipher = cipher

    async def keep(self, connection_id: str, login: Login) -> None:
        """Store the login of a connection, in place of any before."""
        plain = _LOGIN.dump_json(login)
        fresh = Credentials(id=connection_id, sealed=self._cipher.encrypt(plain, login_context(connection_id)))
        await self._documents.update(connection_id, lambda old: old.replaced(fresh.sealed) if old else fresh)

    async def load(self, connection_id: str) -> tuple[Credentials, Login]:
        """Return what is kept of a connection. NeedsReauth where nothing is."""
        credentials = await self._documents.get(connection_id)
        if credentials is None:
            raise NeedsReauth("no_credentials", "the account is not signed in")
        plain = opened(self._cipher, credentials, login_context(connection_id))
        return credentials, _LOGIN.validate_json(plain)

    async def refuse(self, connection_id: str, generation: int) -> None:
        """Note that a login was refused, unless the user entered another meanwhile."""
        await self._documents.update(
            connection_id, lambda c: c.as_refused() if c and c.generation == generation else None
        )

    async def erase(self, connection_id: str) -> None:
        """Forget a connection's login."""
        credentials = await self._documents.get(connection_id)
        if credentials:
            await self._documents.delete(connection_id, credentials.version)


def login_context(connection_id: str) -> str:
    """Return what a login is sealed for: never to be opened as a token of the same connection."""
    return f"login of {connection_id}"


@dataclass
class StoredLogin(PasswordAccess):
    """A connection's way to its login; see `connector.domain.provider.port.Access`."""

    logins: LoginStore
    connection_id: str
    _given: int = 0

    @property
    def mailbox(self) -> str:
        """Return what this connection's calls are counted under."""
        return self.connection_id

    async def login(self) -> Login:
        """Return the login. NeedsReauth where it was refused before: tried again, it would lock the account."""
        credentials, login = await self.logins.load(self.connection_id)
        if credentials.refused:
            raise NeedsReauth("login_refused", "the server refused the password: enter it again")
        self._given = credentials.generation
        return login

    async def login_refused(self) -> None:
        """Note that the last login given was refused."""
        await self.logins.refuse(self.connection_id, self._given)


@dataclass(frozen=True)
class FreshLogin(PasswordAccess):
    """A login in hand, verified and not stored yet. Its mailbox is not the connection's, which may be in use."""

    given: Login
    mailbox: str

    async def login(self) -> Login:
        """Return the login."""
        return self.given

    async def login_refused(self) -> None:
        """Do nothing: what is not stored is not tried again."""
