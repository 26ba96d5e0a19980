"""Kept-alive connections that the other side has dropped: no outage, but a call whose fate is unknown.

Load balancers drop idle connections, some without a word, and a call may be on its way just then. A read is sent again
at once; whether a write arrived, only the writer can find out (`ConnectionLost`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import httpx

from connector.adapters.providers.patience import Patience

LOST: Final = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""A connection broke under a call: it may have arrived."""
_NEW_CONNECTIONS: ContextVar[bool] = ContextVar("new_connections", default=False)
_OVERRIDE = "x-http-method-override"


@contextmanager
def new_connections() -> Iterator[None]:
    """Take no kept-alive connection for the calls within: who dropped one may have dropped all."""
    token = _NEW_CONNECTIONS.set(True)
    try:
        yield
    finally:
        _NEW_CONNECTIONS.reset(token)


def is_read(request: httpx.Request) -> bool:
    """Tell whether a request changes nothing, so that it may be sent twice."""
    return request.headers.get(_OVERRIDE, request.method).upper() in {"GET", "HEAD"}


class KeepAliveClient(httpx.AsyncClient):
    """Sends by kept-alive connections, and by new ones where `new_connections` says so or a kept one broke."""

    def __init__(self, *, timeout: float, transport: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(timeout=timeout, transport=transport)
        none_kept = httpx.Limits(max_connections=100, max_keepalive_connections=0)
        self._patience = Patience(timeout)
        self._new = httpx.AsyncClient(timeout=timeout, transport=transport, limits=none_kept)

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Send a request, and wait as long as its host needs; a read whose connection breaks is sent once more."""
        with self._patience.waiting(request):
            return await self._sent(request, **options)

    async def _sent(self, request: httpx.Request, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        if _NEW_CONNECTIONS.get():
            return await self._new.send(request, **options)
        try:
            return await super().send(request, **options)
        except LOST:
            if not is_read(request):
                raise
            return await self._new.send(request, **options)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._new.aclose()
        await super().aclose()
