"""The cluster's Services by their own names, from outside: links and redirects between them can be followed."""

from collections.abc import Mapping

import httpx

_HTTP = 80


class Forwarding(httpx.AsyncBaseTransport):
    """Sends what is for a Service's name and port to the local port that is forwarded to it."""

    def __init__(self, ports: Mapping[tuple[str, int], int]) -> None:
        self._ports = ports
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        local = self._ports[request.url.host, request.url.port or _HTTP]
        url = request.url.copy_with(host="127.0.0.1", port=local)
        sent = httpx.Request(
            request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
        )
        return await self._inner.handle_async_request(sent)

    async def aclose(self) -> None:
        """Leave connections open: several clients share this; they end with the process."""
