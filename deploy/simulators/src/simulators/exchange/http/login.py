"""Who asks: by Basic with every request, or by NTLM once for a connection."""

import base64
import binascii
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from simulators.exchange.domain.account.accounts import Account
from simulators.exchange.domain.world import World
from simulators.exchange.http.connections import connection_of
from simulators.exchange.http.ntlm import Handshake

Scheme = Literal["NTLM", "Basic"]
_MANY = 10_000


@dataclass(slots=True)
class Connection:
    """What a connection has come to: a handshake on its way, or the user with the password that it was proved by."""

    handshake: Handshake = field(default_factory=Handshake)
    email: str = ""
    password: str = ""


class UnauthorizedError(Exception):
    """No, or not yet. `challenge`: what NTLM's handshake goes on with."""

    def __init__(self, challenge: str | None = None) -> None:
        """Without `challenge` the client is told which schemes there are."""
        super().__init__("401")
        self.challenge = challenge


class Gatekeeper:
    """Knows the schemes that the server offers, and what was proved on which connection."""

    def __init__(self, world: World) -> None:
        """Its accounts are asked for anew each time, since a reset takes them away."""
        self._world = world
        self._connections: dict[Hashable, Connection] = {}
        self.schemes: tuple[Scheme, ...] = ("NTLM", "Basic")

    def authenticate(self, request: Request) -> Account:
        """Return whose request it is; UnauthorizedError with what to answer."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic" and "Basic" in self.schemes:
            return self._basic(token)
        if scheme.lower() == "ntlm" and "NTLM" in self.schemes:
            return self._ntlm(self._connection(request), token)
        return self._proved(self._connection(request))

    def refusal(self, error: UnauthorizedError) -> Response:
        """Return the 401: a challenge, or the schemes that are offered."""
        answer = Response(status_code=401)
        if error.challenge is not None:
            answer.headers["WWW-Authenticate"] = f"NTLM {error.challenge}"
            return answer
        for scheme in self.schemes:
            answer.headers.append("WWW-Authenticate", 'Basic realm="exchange.sandbox"' if scheme == "Basic" else scheme)
        return answer

    def forget(self) -> None:
        """Let every connection prove anew who it is, as after a restart of the server."""
        self._connections.clear()

    def _connection(self, request: Request) -> Connection:
        if len(self._connections) > _MANY:
            self._connections.clear()
        return self._connections.setdefault(connection_of(request), Connection())

    def _basic(self, token: str) -> Account:
        try:
            user, _, password = base64.b64decode(token, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            raise UnauthorizedError from None
        account = self._named(user)
        if account is None or not account.takes(password):
            raise UnauthorizedError
        return account

    def _ntlm(self, connection: Connection, token: str) -> Account:
        known = [(name, one.password) for one in self._world.accounts.values() for name in names(one)]
        step = connection.handshake.step(token, known)
        account = self._named(step.user)
        # Who proved a password proved the right one; of a refused proof only the user is known.
        if account is None or not account.takes(account.password if step.proved else ""):
            raise UnauthorizedError(step.challenge)
        connection.email, connection.password = account.email, account.password
        return account

    def _named(self, user: str) -> Account | None:
        named = user.lower()
        accounts = self._world.accounts
        return accounts.get(named) or next((one for one in accounts.values() if named in names(one)), None)

    def _proved(self, connection: Connection) -> Account:
        account = self._world.accounts.get(connection.email)
        if account is None or account.password != connection.password or account.is_locked:
            raise UnauthorizedError
        return account


def names(account: Account) -> tuple[str, ...]:
    r"""Return the names that a user may sign in by, in lower case: address (UPN), `DOMAIN\name`, and name alone."""
    name, _, domain = account.email.partition("@")
    return account.email, f"{domain.partition('.')[0]}\\{name}", name
