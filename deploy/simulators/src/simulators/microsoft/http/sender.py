"""POSTs to a client's addresses: notifications and validations, with the time that the answer took."""

import time
from dataclasses import dataclass
from typing import Protocol

import httpx

from simulators.microsoft.domain.push.notifications import Batch

#: The validation must be answered in this time, and nobody waits longer for a notification's answer.
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered, and after how many seconds; status 0: nothing."""

    status: int
    seconds: float = 0.0
    content_type: str = ""
    text: str = ""


class Sender(Protocol):
    """How the simulator reaches its clients."""

    async def post(self, batch: Batch) -> Answer:
        """Send a batch of notifications."""

    async def validate(self, url: str) -> Answer:
        """Ask an address (with the validation token in its query) to echo the token."""


class HttpSender:
    """Over HTTP."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """The client stays the caller's."""
        self._client = client

    async def post(self, batch: Batch) -> Answer:
        """Send a batch of notifications."""
        return await self._sent(self._client.build_request("POST", batch.url, json={"value": batch.values}))

    async def validate(self, url: str) -> Answer:
        """Ask for the echo: an empty body of text/plain."""
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        return await self._sent(self._client.build_request("POST", url, headers=headers))

    async def _sent(self, request: httpx.Request) -> Answer:
        began = time.monotonic()
        try:
            answer = await self._client.send(request)
        except httpx.HTTPError:
            return Answer(0, time.monotonic() - began)
        kind = answer.headers.get("Content-Type", "")
        return Answer(answer.status_code, time.monotonic() - began, kind, answer.text)
