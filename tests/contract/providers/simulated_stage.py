"""A stage at one of the sandbox's simulators, in the same process and set by its control API: alike for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from connector.adapters.providers.google.times import write_time
from connector.domain.provider.port import CalendarProvider
from contracts.calendar_objects import EventChanges
from tests.contract.providers.stage import Planned, TokenAccess, Trouble

Json = dict[str, Any]
_MAPPED = {"summary", "location", "description", "transparency", "start", "end"}
_MOVING = {"etag", "updated", "sequence", "extendedProperties"}


@dataclass
class SimulatedStage:
    """Implements `Stage`; `arm` sets the simulator's own traps for tests of one provider alone."""

    http: httpx.AsyncClient
    provider: CalendarProvider
    access: TokenAccess
    email: str
    account_id: str
    calendar_id: str
    traps: Mapping[Trouble, tuple[str, Json]]
    moving: set[str] = field(default_factory=lambda: _MAPPED | _MOVING)

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
        return {name: value for name, value in raw.items() if name not in self.moving}

    async def shared_with(self, email: str) -> tuple[TokenAccess, str]:
        _, access = await signed_in(self.http, email)
        body = {"id": self.calendar_id, "role": "writer"}
        return access, (await self.call("POST", f"/control/accounts/{email}/calendars", body))["id"]

    async def read_only_calendar(self) -> str:
        body = {"summary": "Read only", "role": "reader"}
        return str((await self.call("POST", f"/control/accounts/{self.email}/calendars", body))["id"])

    async def expire_cursors(self) -> None:
        await self.call("POST", f"{self.path}/expire-sync-tokens")

    async def trouble(self, kind: Trouble, times: int | None = 1) -> None:
        trap, parameters = self.traps[kind]
        await self.arm(trap, parameters, times=times)

    async def arm(self, trap: str, parameters: Json | None = None, *, times: int | None = 1) -> None:
        await self.call("POST", "/control/traps", {"trap": trap, "count": times, "parameters": parameters or {}})

    async def calm(self) -> None:
        await self.call("DELETE", "/control/traps")

    async def mails(self) -> int:
        return len(await self.call("GET", "/control/mails"))

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control API."""
        answer = await self.http.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    @property
    def path(self) -> str:
        """The calendar's path in the control API."""
        return f"/control/accounts/{self.email}/calendars/{quote(self.calendar_id)}"

    def _events(self, event_id: str = "") -> str:
        return f"{self.path}/events" + (f"/{event_id}" if event_id else "")

    def _resource(self, planned: Planned) -> Json:
        guests: list[Json] = [{"email": email} for email in planned.guests]
        extra: Json = {"recurrence": list(planned.recurrence)} if planned.recurrence else {}
        if planned.organizer:
            guests += [{"email": self.email, "self": True, "responseStatus": planned.answer}]
            extra["organizer"] = extra["creator"] = {"email": planned.organizer}
        visibility = {"visibility": "private"} if planned.private else {}
        return _body(planned.content) | ({"attendees": guests} if guests else {}) | visibility | extra


async def signed_in(http: httpx.AsyncClient, email: str, **account: str) -> tuple[Json, TokenAccess]:
    """Set up an account in Berlin; return it and the way to its calendars."""
    body = {"email": email, "time_zone": "Europe/Berlin"} | account
    made = await http.post("/control/accounts", json=body)
    granted = await http.post(f"/control/accounts/{email}/tokens", json={})
    return made.raise_for_status().json(), TokenAccess(granted.raise_for_status().json()["access_token"])


def _body(content: EventChanges) -> Json:
    body = content.model_dump(exclude_none=True, exclude={"time"})
    return body | (write_time(content.time) if content.time else {})
