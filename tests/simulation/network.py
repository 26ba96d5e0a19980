"""HTTP between processes in memory: a request runs in the process that answers it, and breaks off when that dies."""

import asyncio
import sys
from dataclasses import dataclass, field

import httpx
import structlog
from fastapi import FastAPI

from tests.simulation.chance import Chance
from tests.simulation.processes import Process

log = structlog.get_logger()

sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]  # httpx looks for it anew at every request

_HOP = 0.008
"""The longest way to a server or back, in seconds."""


@dataclass(frozen=True)
class Site:
    """An app, and the process that it runs in."""

    app: FastAPI
    process: Process

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, whoever still waits for it."""
        # NTLM signs in a connection (MS-NTHT), which is told from others by where it comes from.
        transport = httpx.ASGITransport(self.app, client=request.extensions.get("client", ("127.0.0.1", 123)))
        answer = await transport.handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())


@dataclass
class Network:
    """Who listens on which port, and the errors that no app may let through."""

    chance: Chance
    sites: dict[int, Site] = field(default_factory=dict)
    failures: list[BaseException] = field(default_factory=list)

    async def ask(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises what httpx raises."""
        await self.chance.delay(_HOP)
        site = self.sites.get(request.url.port or 0)
        if site is None or not site.process.alive:
            raise httpx.ConnectError("nobody listens", request=request)
        answering = site.process.spawn(site.answer(request))
        patience = request.extensions.get("timeout", {}).get("read")
        done, _ = await asyncio.wait(
            {answering, site.process.death}, timeout=patience, return_when=asyncio.FIRST_COMPLETED
        )
        if not done:
            raise httpx.ReadTimeout("no answer in time", request=request)
        if answering not in done:
            raise httpx.ReadError("the connection was closed", request=request)
        await self.chance.delay(_HOP)
        return self._answer(answering, request)

    def _answer(self, answering: asyncio.Task[httpx.Response], request: httpx.Request) -> httpx.Response:
        error = answering.exception()
        if isinstance(error, httpx.TransportError):  # a simulator's way to say that it does not answer
            raise httpx.ReadError(str(error), request=request)
        if error is not None:
            self.failures.append(error)
            return httpx.Response(500, text=repr(error))
        return answering.result()


class Wire(httpx.AsyncBaseTransport):
    """What clients send by, in place of the network."""

    def __init__(self, network: Network) -> None:
        self._network = network

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its answer."""
        await request.aread()
        return await self._network.ask(request)
