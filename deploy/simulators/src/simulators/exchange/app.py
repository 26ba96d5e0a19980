"""The composition root of the Exchange simulator: tests and the server use the same."""

import asyncio

import httpx
from fastapi import FastAPI

from simulators.exchange.http.any_case import any_case_routes
from simulators.exchange.http.control_api import control_router
from simulators.exchange.http.pages import pages_router
from simulators.exchange.http.person_api import person_router
from simulators.exchange.http.sender import PATIENCE, HttpSender, Sender
from simulators.exchange.http.simulator import Simulator
from simulators.exchange.settings import ExchangeSettings
from simulators.frame.app import assemble
from simulators.frame.clock import Clock
from simulators.frame.http.unanswered import Sleep

# How often the server looks for what Exchange does by itself: signs of life, repeated calls, moved change keys.
_TICK_SECONDS = 0.25
_ROUTERS = (control_router, person_router, pages_router)


def make_exchange_simulator(
    settings: ExchangeSettings | None = None,
    *,
    sender: Sender | None = None,
    clock: Clock | None = None,
    sleep: Sleep = asyncio.sleep,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """Return the ASGI app; its `state.simulator` holds the world, the journal and the notifier.

    It calls subscribers by `sender`, else over HTTP by `transport`.
    """
    client = httpx.AsyncClient(timeout=PATIENCE, transport=transport)
    simulator = Simulator(settings or ExchangeSettings(), sender or HttpSender(client), clock, sleep)
    app = assemble("Exchange Server simulator", simulator, client, _ROUTERS, tick_seconds=_TICK_SECONDS)
    app.router.routes.extend(any_case_routes(simulator))
    return app
