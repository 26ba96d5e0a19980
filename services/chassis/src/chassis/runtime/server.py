"""The HTTP server: told to stop, it goes on serving for a while, so that a rolling restart costs no request.

A balancer learns of a stop a moment after the process does, and a client that keeps its connection open not at all.
So for some seconds requests are still taken, each answer closes its connection, and the next request goes elsewhere.
Probes have an answer on the management port until the process ends.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import uvicorn

KEEP_ALIVE_SECONDS = 75
"""Longer than a balancer keeps an unused connection (nginx: 60 s), so that never both close one at once."""

_CLOSING = (b"connection", b"close")
_TICK_SECONDS = 0.1
_LOOK_SECONDS = 1.0


def nothing() -> None:
    """Do nothing: most services have no streams."""


class RestingServer(uvicorn.Server):
    """Looks once a second whether it is to end and what the date is, and ends at once when it is told to.

    uvicorn itself looks ten times a second, the most that a service at rest did.
    """

    _told_to_end: Callable[[], object] | None = None

    async def main_loop(self) -> None:
        """Serve until told to end."""
        ending, loop = asyncio.Event(), asyncio.get_running_loop()
        self._told_to_end = lambda: loop.call_soon_threadsafe(ending.set)
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await ending.wait()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take in a signal."""
        super().handle_exit(sig, frame)
        if self._told_to_end is not None:
            self._told_to_end()


class DrainingServer(RestingServer):
    """Serves on for `drain_seconds` after SIGTERM or SIGINT; a second SIGINT ends it at once."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        drain_seconds: float,
        begin_drain: Callable[[], None] = nothing,
        end_streams: Callable[[], None] = nothing,
    ) -> None:
        """`begin_drain` is called when the stop begins.

        `end_streams` ends answers that would go on for as long as their page is open: else they are waited for.
        """
        super().__init__(config)
        self._drain_seconds = drain_seconds
        self._begin_drain = begin_drain
        self._end_streams = end_streams

    async def main_loop(self) -> None:
        """Serve until the signal, and then for the last seconds."""
        await super().main_loop()
        self._begin_drain()
        self.server_state.default_headers = [*self.server_state.default_headers, _CLOSING]
        loop = asyncio.get_running_loop()
        end = loop.time() + self._drain_seconds
        while not self.force_exit and loop.time() < end:  # noqa: ASYNC110 - uvicorn's flag is no event
            await asyncio.sleep(_TICK_SECONDS)
        self._end_streams()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop the app, and listen on the sockets but the first one, which is the public one, until that is done."""
        kept, self.servers = self.servers[1:], self.servers[:1]
        await super().shutdown((sockets or [])[:1])
        for server in kept:
            server.close()
