"""The stage of Google: the sandbox's simulator in the same process, set by its control API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx

from chassis.clock import ManualClock
from connector.domain.provider import CalendarProvider
from connector.providers.google import make_google
from connector.providers.google.times import write_time
from contracts.calendar_objects import EventChanges
from sandbox.google import make_google_simulator
from tests.contract.providers.stage import NOW, Planned, TokenAccess, Trouble

_ROOT = "http://google.test"
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
_MAPPED = {"summary", "location", "description", "transparency", "start", "end"}
_MOVING = {"etag", "updated", "sequence", "extendedProperties"}


class GoogleStage:
    """Implements `Stage`; `arm` sets the simulator's own traps for tests of Google alone."""

    def __init__(self, http: httpx.AsyncClient, provider: CalendarProvider, token: str, email: str) -> None:
        self._http = http
        self.provider = provider
        self.access = TokenAccess(token)
        self.email = self.calendar_id = email

    async def create(self, planned: Planned) -> str:
        return str((await self.call("POST", self._events(), self._resource(planned)))["id"])

    async def edit(self, event_id: str, content: EventChanges) -> None:
        await self.call("PATCH", self._events(event_id), _body(content))

    async def delete(self, event_id: str) -> None:
        await self.call("DELETE", self._events(event_id))

    async def recolour(self, event_id: str) -> None:
        await self.call("PATCH", self._events(event_id), {"colorId": "7"})

    async def untouchable(self, event_id: str) -> object:
        raw = await self.call("GET", self._events(event_id))
        return {name: value for name, value in raw.items() if name not in _MAPPED | _MOVING}

    async def read_only_calendar(self) -> str:
        body = {"summary": "Read only", "role": "reader"}
        return str((await self.call("POST", f"/control/accounts/{self.email}/calendars", body))["id"])

    async def expire_cursors(self) -> None:
        await self.call("POST", f"{self._calendar()}/expire-sync-tokens")

    async def trouble(self, kind: Trouble, times: int | None = 1) -> None:
        await self.arm(*_TRAPS[kind], times=times)

    async def arm(self, trap: str, parameters: dict[str, Any] | None = None, *, times: int | None = 1) -> None:
        await self.call("POST", "/control/traps", {"trap": trap, "count": times, "parameters": parameters or {}})

    async def calm(self) -> None:
        await self.call("DELETE", "/control/traps")

    async def mails(self) -> int:
        return len(await self.call("GET", "/control/mails"))

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control API."""
        answer = await self._http.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def _calendar(self) -> str:
        return f"/control/accounts/{self.email}/calendars/{quote(self.calendar_id)}"

    def _events(self, event_id: str = "") -> str:
        return f"{self._calendar()}/events" + (f"/{event_id}" if event_id else "")

    def _resource(self, planned: Planned) -> dict[str, Any]:
        guests: list[dict[str, Any]] = [{"email": email} for email in planned.guests]
        extra: dict[str, Any] = {"recurrence": list(planned.recurrence)} if planned.recurrence else {}
        if planned.organizer:
            guests += [{"email": self.email, "self": True, "responseStatus": planned.answer}]
            extra["organizer"] = extra["creator"] = {"email": planned.organizer}
        visibility = {"visibility": "private"} if planned.private else {}
        return _body(planned.content) | ({"attendees": guests} if guests else {}) | visibility | extra


def _body(content: EventChanges) -> dict[str, Any]:
    body = content.model_dump(exclude_none=True, exclude={"time"})
    return body | (write_time(content.time) if content.time else {})


@asynccontextmanager
async def google_stage() -> AsyncIterator[GoogleStage]:
    """Set up an account at a simulator of its own."""
    app = make_google_simulator(clock=ManualClock(NOW))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=_ROOT) as http:
        email = "ana@example.org"
        (await http.post("/control/accounts", json={"email": email, "time_zone": "Europe/Berlin"})).raise_for_status()
        granted = (await http.post(f"/control/accounts/{email}/tokens", json={})).json()
        provider = make_google(api_url=_ROOT, http=http, page_size=2)
        yield GoogleStage(http, provider, granted["access_token"], email)
