"""The stage of Exchange Server: a mailbox of a simulated server, called by exchangelib in threads of its own."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from chassis.clock import ManualClock
from connector.adapters.providers.ews import make_ews
from connector.adapters.providers.ews.mailboxes import Mailboxes
from connector.adapters.providers.ews.transport.threads import Threads
from connector.domain.provider.login import Login
from simulators.exchange import ExchangeSettings, make_exchange_simulator
from simulators.exchange.http.sender import Answer
from tests.contract.providers.simulated_stage import Json, SimulatedStage
from tests.contract.providers.stage import NOW, TokenAccess, Trouble
from tests.support.exchange import adapters
from tests.support.exchange_schemas import JUDGE

_HOST = "exchange.test"
_ROOT = f"http://{_HOST}"
_EMAIL = "ana@example.org"
# Other implementations of EWS have no more.
_COMMON = frozenset(
    {"GetFolder", "FindFolder", "FindItem", "GetItem", "CreateItem", "UpdateItem", "DeleteItem"}
    | {"SyncFolderItems", "Subscribe", "ResolveNames", "GetServerTimeZones"}
)
_TRAPS: dict[Trouble, tuple[str, dict[str, Any]]] = {
    Trouble.THROTTLED: ("fault.busy", {"milliseconds": 7000}),
    Trouble.QUOTA: ("fault.429", {"retry_after": None}),
    Trouble.SERVER_ERROR: ("fault.5xx", {"status": 502, "retry_after": None}),
    Trouble.TIME_OUT: ("fault.timeout_before", {}),
    Trouble.NOT_JSON: ("fault.html_200", {}),
    Trouble.TOKEN_REFUSED: ("fault.401", {}),
    Trouble.CURSOR_REFUSED_BETWEEN_PAGES: ("sync.invalid_state", {}),
    Trouble.WATCH_REFUSED: ("subscription.refused", {}),
}
_MAPPED = {"summary", "description", "location", "start", "end", "transparency"}
_MOVING = {"etag", "updated", "extendedProperties", "ews"}


class Deaf:
    """Our address, which nothing reaches."""

    async def post(self, url: str, content: bytes) -> Answer:
        return Answer(0)


@dataclass
class ExchangeStage(SimulatedStage):
    """A mailbox; others sign in with their own passwords."""

    async def shared_with(self, email: str) -> tuple[TokenAccess, str]:
        """Share the calendar."""
        await mailbox(self.http, email)
        body = {"id": self.calendar_id, "role": "writer"}
        shared = await self.call("POST", f"/control/accounts/{email}/calendars", body)
        return access_to(email), str(shared["id"])


@asynccontextmanager
async def exchange_stage() -> AsyncIterator[SimulatedStage]:
    """Set up a mailbox at a simulator of its own."""
    clock, loop = ManualClock(NOW), asyncio.get_running_loop()
    settings = ExchangeSettings(seed=7, schemas=JUDGE)
    app = make_exchange_simulator(settings, sender=Deaf(), clock=clock)
    transport = httpx.ASGITransport(app)

    def ask(request: httpx.Request) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(_answer(transport, request), loop).result()

    with ThreadPoolExecutor(4) as pool:
        mailboxes = Mailboxes(Threads(pool, 4), adapters(ask, frozenset({_HOST})), seconds=10)
        async with httpx.AsyncClient(transport=transport, base_url=_ROOT) as http:
            account = await mailbox(http, _EMAIL)
            calendar_id = next(key for key, one in account["entries"].items() if one["default"])
            provider = make_ews(mailboxes, clock, page_size=2)
            yield ExchangeStage(
                http, provider, access_to(_EMAIL), _EMAIL, _EMAIL, calendar_id, _TRAPS, moving=_MAPPED | _MOVING
            )
            await _judged(http)
        mailboxes.close()


async def _judged(http: httpx.AsyncClient) -> None:
    """All that was asked is allowed by Microsoft's schemas, and of what every implementation of EWS has."""
    calls = (await http.get("/control/journal")).json()
    assert [one["problems"] for one in calls if one["problems"]] == []
    assert {one["operation"] for one in calls} - {""} <= _COMMON


async def mailbox(http: httpx.AsyncClient, email: str) -> Json:
    """Set up a mailbox in Berlin."""
    made = await http.post("/control/accounts", json={"email": email, "time_zone": "Europe/Berlin"})
    account: Json = made.raise_for_status().json()
    return account


def access_to(email: str) -> TokenAccess:
    """Return the way to somebody's mailbox, by the password that the simulator gives to all."""
    login = Login(email, email, "sandbox", f"{_ROOT}/EWS/Exchange.asmx", "basic", "15.2.1544.4")
    return TokenAccess("", mailbox=email, password_login=login)


async def _answer(transport: httpx.ASGITransport, request: httpx.Request) -> httpx.Response:
    answer = await transport.handle_async_request(request)
    await answer.aread()
    return answer
