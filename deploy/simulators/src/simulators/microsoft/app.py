"""The composition root of the Microsoft simulator: tests and the server use the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random, SystemRandom

import httpx
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse

from simulators.frame.clock import Clock, FileClock
from simulators.frame.http.unanswered import Sleep
from simulators.frame.journal import Journal
from simulators.frame.state_file import StateFile, read
from simulators.microsoft.domain import snapshot
from simulators.microsoft.domain.errors import GraphError
from simulators.microsoft.domain.world import World
from simulators.microsoft.http.control_api import control_router
from simulators.microsoft.http.gate import Gate
from simulators.microsoft.http.graph_api import graph_router
from simulators.microsoft.http.oauth_api import oauth_router
from simulators.microsoft.http.pages import pages_router
from simulators.microsoft.http.person_api import person_router
from simulators.microsoft.http.push import PushDesk
from simulators.microsoft.http.sender import PATIENCE, HttpSender, Sender
from simulators.microsoft.http.simulator import Judge, Simulator
from simulators.microsoft.settings import MicrosoftSettings

# How often the server looks for what Exchange does by itself some time later.
_TICK_SECONDS = 0.25


def make_microsoft_simulator(
    settings: MicrosoftSettings | None = None,
    *,
    sender: Sender | None = None,
    clock: Clock | None = None,
    sleep: Sleep = asyncio.sleep,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """The ASGI app; its `state.simulator` holds the world, the journal and the push desk; it pushes by `transport`."""
    settings = settings or MicrosoftSettings()
    client = httpx.AsyncClient(timeout=PATIENCE, transport=transport)
    simulator = _simulator(settings, sender or HttpSender(client), clock, sleep)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if simulator.state is not None:
            simulator.state.start()
        ticking = asyncio.create_task(_tick(simulator))
        yield
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
        await simulator.push.close()
        await client.aclose()
        if simulator.state is not None:
            await simulator.state.close()

    app = FastAPI(title="Microsoft Graph calendar simulator", lifespan=lifespan)
    app.state.simulator = simulator
    app.add_exception_handler(GraphError, _graph_error)
    for make in (graph_router, control_router, person_router, pages_router, oauth_router):
        app.include_router(make(simulator))
    return app


async def _tick(simulator: Simulator) -> None:
    while True:
        await asyncio.sleep(_TICK_SECONDS)
        simulator.settle()


def _simulator(settings: MicrosoftSettings, sender: Sender, clock: Clock | None, sleep: Sleep) -> Simulator:
    rng = SystemRandom() if settings.seed is None else Random(settings.seed)
    kept = read(settings.state)
    world = snapshot.load(kept, rng) if kept else World(rng=rng)
    now = clock or FileClock(settings.clock_file)
    return Simulator(
        settings=settings,
        world=world,
        journal=Journal(settings.journal),
        push=PushDesk(world, sender, now, sleep),
        gate=Gate(settings.parallel_calls, settings.calls_in_ten_minutes),
        clock=now,
        sleep=sleep,
        judge=_judge(settings),
        state=StateFile(settings.state, lambda: snapshot.dump(world)) if settings.state else None,
    )


def _judge(settings: MicrosoftSettings) -> Judge | None:
    if settings.metadata is None:
        return None
    # Reading three megabytes of XML is for those who ask for it.
    from simulators.microsoft.metadata import metadata  # noqa: PLC0415

    return metadata(settings.metadata).problems


async def _graph_error(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, GraphError):
        raise error
    return JSONResponse(error.body(), error.status)
