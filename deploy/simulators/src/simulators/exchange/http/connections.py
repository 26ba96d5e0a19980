"""Which connection a request came by: NTLM authenticates the connection, not the request."""

from asyncio import Transport
from collections.abc import Hashable
from itertools import count
from typing import cast

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_KEY = "simulators.connection"
_NUMBERS = count()


class NumberedProtocol(H11Protocol):
    """HTTP/1.1 that tells the app which connection a request came by: a port may be used again by another one."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Give the connection a number that no other one has."""
        super().connection_made(transport)
        self.app = _numbered(cast("ASGIApp", self.app), next(_NUMBERS))


def _numbered(app: ASGIApp, number: int) -> ASGIApp:
    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, _KEY: number}, receive, send)

    return called


def connection_of(request: Request) -> Hashable:
    """Return what is the same for all requests of a connection, and no other's."""
    number = request.scope.get(_KEY)
    return number if number is not None else request.scope.get("client")
