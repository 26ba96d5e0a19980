"""How `requests`, which blocks, sends by something that does not: an httpx transport in some event loop."""

from collections.abc import Callable, Mapping
from io import BytesIO

import httpx
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.exceptions import ProtocolError

Ask = Callable[[httpx.Request], httpx.Response]
"""Sends a request and waits for the whole answer, in the thread that calls it. Raises what httpx raises."""


class BlockingAdapter(HTTPAdapter):
    """Sends by `ask`, as if on one connection from `client` (whose port tells it from others, which NTLM needs)."""

    ask: Ask
    client: tuple[str, int] = ("127.0.0.1", 123)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: object = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send a request and return its answer. Raises what `requests` raises."""
        asked = httpx.Request(
            request.method or "GET",
            request.url or "",
            headers=dict(request.headers),
            content=_bytes(request.body),
            extensions={"timeout": {"read": timeout}, "client": self.client},
        )
        try:
            answer = self.ask(asked)
        except httpx.TimeoutException as error:
            raise requests.ReadTimeout(str(error), request=request) from error
        except httpx.ReadError as error:
            raise requests.ConnectionError(ProtocolError(str(error)), request=request) from error
        except httpx.TransportError as error:
            raise requests.ConnectionError(str(error), request=request) from error
        raw = HTTPResponse(
            BytesIO(answer.content),
            headers=HTTPHeaderDict(answer.headers.multi_items()),
            status=answer.status_code,
            preload_content=False,
        )
        return self.build_response(request, raw)


def _bytes(body: object) -> bytes:
    return body if isinstance(body, bytes) else str(body or "").encode()
