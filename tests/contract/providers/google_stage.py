"""The stage of Google."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from chassis.clock import ManualClock
from connector.adapters.providers.google import make_google
from simulators.google import make_google_simulator
from tests.contract.providers.simulated_stage import SimulatedStage, signed_in
from tests.contract.providers.stage import NOW, Trouble

_ROOT = "http://google.test"
_EMAIL = "ana@example.org"
_TRAPS: dict[Trouble, tuple[str, dict[str, Any]]] = {
    Trouble.THROTTLED: ("fault.429", {"retry_after": 7}),
    Trouble.QUOTA: ("fault.403_quota", {}),
    Trouble.SERVER_ERROR: ("fault.5xx", {"status": 503}),
    Trouble.TIME_OUT: ("fault.timeout_before", {}),
    Trouble.NOT_JSON: ("fault.html_200", {}),
    Trouble.TOKEN_REFUSED: ("fault.401", {}),
    Trouble.CURSOR_REFUSED_BETWEEN_PAGES: ("list.410_between_pages", {}),
    Trouble.WATCH_REFUSED: ("watch.refused", {}),
}


@asynccontextmanager
async def google_stage() -> AsyncIterator[SimulatedStage]:
    """Set up an account at a simulator of its own."""
    app = make_google_simulator(clock=ManualClock(NOW))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=_ROOT) as http:
        _, access = await signed_in(http, _EMAIL)
        provider = make_google(api_url=_ROOT, http=http, page_size=2)
        yield SimulatedStage(http, provider, access, _EMAIL, _EMAIL, _EMAIL, _TRAPS)
