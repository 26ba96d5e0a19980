"""Calls a subscriber's address with notifications."""

import time
from dataclasses import dataclass
from typing import Protocol

import httpx

from simulators.exchange.http.soap import MEDIA_TYPE

#: Nobody waits longer for a subscriber's answer.
PATIENCE = 30.0
_ACTION = '"http://schemas.microsoft.com/exchange/services/2006/messages/SendNotification"'


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered, and after how many seconds; status 0: nothing."""

    status: int
    seconds: float = 0.0
    content: bytes = b""


class Sender(Protocol):
    """How the simulator reaches its clients."""

    async def post(self, url: str, content: bytes) -> Answer:
        """Send a SOAP call."""


class HttpSender:
    """Over HTTP."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """The client stays the caller's."""
        self._client = client

    async def post(self, url: str, content: bytes) -> Answer:
        """Send a SOAP call; redirects are not followed."""
        began = time.monotonic()
        headers = {"Content-Type": MEDIA_TYPE, "SOAPAction": _ACTION}
        try:
            answer = await self._client.post(url, content=content, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL):
            return Answer(0, time.monotonic() - began)
        return Answer(answer.status_code, time.monotonic() - began, answer.content)
