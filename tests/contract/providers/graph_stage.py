"""The stages of Microsoft Graph: a personal account, and one of work or school."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import httpx

from chassis.clock import ManualClock
from connector.adapters.providers.graph import make_graph
from simulators.microsoft import MicrosoftSettings, make_microsoft_simulator
from simulators.microsoft.domain.push.notifications import Batch
from simulators.microsoft.http.sender import Answer
from tests.contract.providers.simulated_stage import SimulatedStage, signed_in
from tests.contract.providers.stage import NOW, Trouble

Through = Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]
_ROOT = "http://graph.test"
_EMAIL = "ana@example.org"
_TRAPS: dict[Trouble, tuple[str, dict[str, Any]]] = {
    Trouble.THROTTLED: ("fault.429", {"retry_after": 7}),
    Trouble.QUOTA: ("fault.429", {"retry_after": None}),
    Trouble.SERVER_ERROR: ("fault.5xx", {"status": 503}),
    Trouble.TIME_OUT: ("fault.timeout_before", {}),
    Trouble.NOT_JSON: ("fault.html_200", {}),
    Trouble.TOKEN_REFUSED: ("fault.401", {}),
    Trouble.CURSOR_REFUSED_BETWEEN_PAGES: ("delta.410_between_pages", {}),
    Trouble.WATCH_REFUSED: ("subscription.refused", {}),
}
_MAPPED = {"summary", "description", "location", "start", "end", "transparency"}
_MOVING = {"etag", "updated", "extendedProperties", "graph"}


class Echo:
    """Our addresses, as the simulator reaches them: validations are echoed, notifications acknowledged."""

    async def post(self, batch: Batch) -> Answer:
        return Answer(202)

    async def validate(self, url: str) -> Answer:
        [token] = parse_qs(urlsplit(url).query)["validationToken"]
        return Answer(200, content_type="text/plain; charset=utf-8", text=token)


@asynccontextmanager
async def graph_stage(
    kind: Literal["personal", "work"] = "work", through: Through = lambda transport: transport
) -> AsyncIterator[SimulatedStage]:
    """Set up an account at a simulator of its own; `through`: what lies between it and the adapter."""
    clock = ManualClock(NOW)
    app = make_microsoft_simulator(MicrosoftSettings(seed=7), sender=Echo(), clock=clock)
    async with httpx.AsyncClient(transport=through(httpx.ASGITransport(app)), base_url=_ROOT) as http:
        account, access = await signed_in(http, _EMAIL, kind=kind)
        calendar_id = next(key for key, one in account["entries"].items() if one["default"])
        provider = make_graph(api_url=f"{_ROOT}/v1.0", http=http, clock=clock, page_size=2)
        yield SimulatedStage(
            http, provider, access, _EMAIL, account["user_id"], calendar_id, _TRAPS, moving=_MAPPED | _MOVING
        )
