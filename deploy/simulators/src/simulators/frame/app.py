"""Puts a simulator's app together: its routes, its error answers, and what begins and ends with it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx
from fastapi import APIRouter, FastAPI, Request
from starlette.responses import JSONResponse

from simulators.frame.domain.errors import ProviderError
from simulators.frame.simulator import BaseSimulator

S = TypeVar("S", bound=BaseSimulator[Any])


def assemble(
    title: str,
    simulator: S,
    client: httpx.AsyncClient,
    routers: Iterable[Callable[[S], APIRouter]],
    *,
    tick_seconds: float | None = None,
) -> FastAPI:
    """Return the ASGI app; its `state.simulator` is the simulator, `client` is closed with it.

    `tick_seconds`: how often the server looks for what the provider does by itself; None: it does nothing by itself.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if simulator.state is not None:
            simulator.state.start()
        ticking = asyncio.create_task(_tick(simulator, tick_seconds)) if tick_seconds else None
        yield
        if ticking is not None:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
        await simulator.push.close()
        await client.aclose()
        if simulator.state is not None:
            await simulator.state.close()

    app = FastAPI(title=title, lifespan=lifespan)
    app.state.simulator = simulator
    app.add_exception_handler(ProviderError, _refused)
    for make in routers:
        app.include_router(make(simulator))
    return app


async def _tick(simulator: S, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        simulator.tick()


async def _refused(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, ProviderError):
        raise error
    return JSONResponse(error.body(), error.status)
