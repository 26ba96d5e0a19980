"""The composition root of the Microsoft simulator: tests and the server use the same."""

import asyncio

import httpx
from fastapi import FastAPI

from simulators.frame.app import assemble
from simulators.frame.clock import Clock
from simulators.frame.http.unanswered import Sleep
from simulators.microsoft.http.control_api import control_router
from simulators.microsoft.http.graph_api import graph_router
from simulators.microsoft.http.oauth_api import oauth_router
from simulators.microsoft.http.pages import pages_router
from simulators.microsoft.http.person_api import person_router
from simulators.microsoft.http.sender import PATIENCE, HttpSender, Sender
from simulators.microsoft.http.simulator import Simulator
from simulators.microsoft.settings import MicrosoftSettings

# How often the server looks for what Exchange does by itself some time later.
_TICK_SECONDS = 0.25
_ROUTERS = (graph_router, control_router, person_router, pages_router, oauth_router)


def make_microsoft_simulator(
    settings: MicrosoftSettings | None = None,
    *,
    sender: Sender | None = None,
    clock: Clock | None = None,
    sleep: Sleep = asyncio.sleep,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """Return the ASGI app; its `state.simulator` holds the world, the journal and the notifier.

    It notifies by `sender`, else over HTTP by `transport`.
    """
    client = httpx.AsyncClient(timeout=PATIENCE, transport=transport)
    simulator = Simulator(settings or MicrosoftSettings(), sender or HttpSender(client), clock, sleep)
    title = "Microsoft Graph calendar simulator"
    return assemble(title, simulator, client, _ROUTERS, tick_seconds=_TICK_SECONDS)
