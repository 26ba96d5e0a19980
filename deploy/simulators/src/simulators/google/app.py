"""The composition root of the Google simulator: tests and the server use the same."""

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
from simulators.google.domain import snapshot
from simulators.google.domain.errors import GoogleError
from simulators.google.domain.world import World
from simulators.google.http.calendar_api import calendar_router
from simulators.google.http.control_api import control_router
from simulators.google.http.oauth_api import oauth_router
from simulators.google.http.pages import pages_router
from simulators.google.http.person_api import person_router
from simulators.google.http.push import HttpSender, PushDesk, Sender
from simulators.google.http.simulator import Simulator
from simulators.google.settings import GoogleSettings

_PUSH_SECONDS = 10.0


def make_google_simulator(
    settings: GoogleSettings | None = None,
    *,
    sender: Sender | None = None,
    clock: Clock | None = None,
    sleep: Sleep = asyncio.sleep,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """The ASGI app; its `state.simulator` holds the world, the journal and the push desk; it pushes by `transport`."""
    settings = settings or GoogleSettings()
    client = httpx.AsyncClient(timeout=_PUSH_SECONDS, transport=transport)
    simulator = _simulator(settings, sender or HttpSender(client), clock, sleep)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if simulator.state is not None:
            simulator.state.start()
        yield
        await simulator.push.close()
        await client.aclose()
        if simulator.state is not None:
            await simulator.state.close()

    app = FastAPI(title="Google Calendar simulator", lifespan=lifespan)
    app.state.simulator = simulator
    app.add_exception_handler(GoogleError, _google_error)
    for make in (calendar_router, oauth_router, control_router, person_router, pages_router):
        app.include_router(make(simulator))
    return app


def _simulator(settings: GoogleSettings, sender: Sender, clock: Clock | None, sleep: Sleep) -> Simulator:
    rng = SystemRandom() if settings.seed is None else Random(settings.seed)
    kept = read(settings.state)
    world = snapshot.load(kept, rng) if kept else World(rng=rng)
    now = clock or FileClock(settings.clock_file)
    simulator = Simulator(
        settings=settings,
        world=world,
        journal=Journal(settings.journal),
        push=PushDesk(world, sender, now, sleep),
        clock=now,
        sleep=sleep,
        state=StateFile(settings.state, lambda: snapshot.dump(world)) if settings.state else None,
    )
    simulator.told = {key: one.seq for key, one in world.calendars.items()}
    return simulator


async def _google_error(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, GoogleError):
        raise error
    return JSONResponse(error.body(), error.status)
