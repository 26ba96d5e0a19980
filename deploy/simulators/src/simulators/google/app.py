"""The composition root of the Google simulator: tests and the server use the same."""

import asyncio

import httpx
from fastapi import FastAPI

from simulators.frame.app import assemble
from simulators.frame.clock import Clock
from simulators.frame.http.unanswered import Sleep
from simulators.google.http.calendar_api import calendar_router
from simulators.google.http.control_api import control_router
from simulators.google.http.oauth_api import oauth_router
from simulators.google.http.pages import pages_router
from simulators.google.http.person_api import person_router
from simulators.google.http.push import HttpSender, Sender
from simulators.google.http.simulator import Simulator
from simulators.google.settings import GoogleSettings

_PUSH_SECONDS = 10.0
_ROUTERS = (calendar_router, oauth_router, control_router, person_router, pages_router)


def make_google_simulator(
    settings: GoogleSettings | None = None,
    *,
    sender: Sender | None = None,
    clock: Clock | None = None,
    sleep: Sleep = asyncio.sleep,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """Return the ASGI app; its `state.simulator` holds the world, the journal and the notifier.

    It notifies by `sender`, else over HTTP by `transport`.
    """
    client = httpx.AsyncClient(timeout=_PUSH_SECONDS, transport=transport)
    simulator = Simulator(settings or GoogleSettings(), sender or HttpSender(client), clock, sleep)
    return assemble("Google Calendar simulator", simulator, client, _ROUTERS)
