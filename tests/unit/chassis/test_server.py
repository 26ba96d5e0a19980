"""The HTTP server's stop: for some seconds requests are still taken, and each is the last one of its connection."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from chassis.runtime.server import DrainingServer

Serving = tuple[DrainingServer, httpx.AsyncClient, asyncio.Task[None]]


@asynccontextmanager
async def serving(*, drain_seconds: float) -> AsyncIterator[Serving]:
    app = FastAPI()
    app.get("/")(lambda: "here")
    listening = socket.create_server(("127.0.0.1", 0))
    server = DrainingServer(uvicorn.Config(app, log_config=None), drain_seconds=drain_seconds)
    running = asyncio.create_task(server._serve([listening]))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}") as client:
        yield server, client, running
        server.should_exit = server.force_exit = True
        await running


async def test_a_server_that_is_told_to_stop_still_answers_and_lets_connections_go() -> None:
    async with serving(drain_seconds=60) as (server, client, running):
        assert "connection" not in (await client.get("/")).headers
        server.should_exit = True
        while "connection" not in (answer := await client.get("/")).headers:
            assert not running.done()
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        assert (await client.get("/")).status_code == 200  # by a new connection


async def test_a_server_without_a_drain_stops_at_once() -> None:
    async with serving(drain_seconds=0) as (server, client, running):
        assert (await client.get("/")).status_code == 200
        server.should_exit = True
        await asyncio.wait_for(running, timeout=5)


async def test_a_signal_ends_a_server_at_once_however_rarely_it_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.runtime.server._LOOK_SECONDS", 60)
    async with serving(drain_seconds=0) as (server, client, running):
        assert (await client.get("/")).status_code == 200
        server.handle_exit(signal.SIGTERM, None)
        await asyncio.wait_for(running, timeout=5)


async def test_probes_are_answered_until_the_app_has_stopped() -> None:
    stopping, stopped = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        stopping.set()
        await stopped.wait()

    app = FastAPI(lifespan=lifespan)
    app.get("/")(lambda: "here")
    public, management = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
    addresses = [f"http://127.0.0.1:{one.getsockname()[1]}" for one in (public, management)]
    server = DrainingServer(uvicorn.Config(app, log_config=None), drain_seconds=0)
    running = asyncio.create_task(server._serve([public, management]))
    async with httpx.AsyncClient() as client:
        assert [(await client.get(one)).status_code for one in addresses] == [200, 200]
        server.should_exit = True
        await stopping.wait()
        with pytest.raises(httpx.ConnectError):
            await client.get(addresses[0])
        assert (await client.get(addresses[1])).status_code == 200
        stopped.set()
        await running
        with pytest.raises(httpx.ConnectError):
            await client.get(addresses[1])
