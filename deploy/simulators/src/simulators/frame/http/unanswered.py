"""Answers that are none: a connection that breaks off, a page of HTML instead of JSON."""

from collections.abc import Awaitable, Callable

import httpx
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

Sleep = Callable[[float], Awaitable[None]]


class Unanswered(Response):
    """The connection breaks off instead of an answer, after a while where one is given."""

    def __init__(self, seconds: float, sleep: Sleep) -> None:
        """`seconds`: how long the client is kept waiting."""
        super().__init__()
        self._seconds = seconds
        self._sleep = sleep

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Begin an answer and never end it: servers then close the connection."""
        await self._sleep(self._seconds)
        headers = [(b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        raise httpx.ReadTimeout("The simulator does not answer (a trap).")


def html_page() -> HTMLResponse:
    """What a captive portal or a broken front end answers."""
    return HTMLResponse("<!DOCTYPE html><title>Sorry</title><p>We're sorry...</p>")
