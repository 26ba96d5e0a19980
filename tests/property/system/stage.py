"""What people and the world do to the running system in one example, over HTTP only; answers tell what was accepted."""

import os
import signal
from datetime import datetime
from typing import Any

import httpx

from sandbox.clients import Json, succeeded
from tests.property.system.clock import SandboxClock
from tests.property.system.forms import to_activity, to_event
from tests.property.system.oracle import Content, Value
from tests.support.sandboxes import Sandbox
from tests.support.stories import World
from tests.support.waiting import wait_until

RECOVERY = 90.0
PARTS = {"connector": "-m connector", "mapper": "-m mapper", "activity-store": "-m activity_store"}
WRITES = frozenset(f"calendar.events.{verb}" for verb in ("insert", "patch", "update", "delete", "move", "import"))
UNMAPPED: Json = {
    "colorId": "5",
    "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 7}]},
    "guestsCanModify": True,
}
_GONE = frozenset({httpx.codes.NOT_FOUND, httpx.codes.GONE})
_AGAIN = frozenset({httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.BAD_GATEWAY})


class Stage:
    """One company in the shared sandbox, and the hands that reach into both of its sides."""

    def __init__(self, sandbox: Sandbox, world: World) -> None:
        self.sandbox, self.world = sandbox, world
        self.clock = SandboxClock(sandbox.folder)
        self._keys = 0

    async def crm(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Call the activity store until it answers; it may be away for a moment."""
        self._keys += 1
        headers = {"Idempotency-Key": f"{self.world.company}-{self._keys}"} if method == "POST" else {}

        async def ask() -> httpx.Response | None:
            try:
                answer = await self.world.sales.store.request(method, path, headers=headers, **request)
            except httpx.TransportError:
                return None
            return None if answer.status_code in _AGAIN else answer

        return await wait_until(ask, awaited=f"an answer to {method} {path}", timeout=RECOVERY)

    async def create_activity(self, kind: str, content: Content) -> Json:
        """Create an activity."""
        body = {"type": kind, "timezone": "Europe/Berlin", **to_activity(content)}
        return succeeded(await self.crm("POST", "/v1/activities", json=body))

    async def edit_activity(self, activity_id: str, name: str, value: Value) -> datetime | None:
        """Edit a field; return when it was accepted, None where the activity is gone."""
        answer = await self.crm("PATCH", f"/v1/activities/{activity_id}", json=to_activity({name: value}))
        return None if answer.status_code in _GONE else datetime.fromisoformat(succeeded(answer)["update_time"])

    async def delete_activity(self, activity_id: str) -> datetime | None:
        """Delete an activity; return when (before the call: J3 needs no more), None where it is gone."""
        at = self.clock.now()
        answer = await self.crm("DELETE", f"/v1/activities/{activity_id}")
        if answer.status_code in _GONE:
            return None
        succeeded(answer)
        return at

    async def create_event(self, content: Content) -> Json:
        """Create an event that has fields which are not mapped."""
        body = {name: value for name, value in to_event(content).items() if value is not None} | UNMAPPED
        for moment in ("start", "end"):
            body[moment] = {name: value for name, value in body[moment].items() if value is not None}
        return await self.world.calendar.add(**body)

    async def edit_event(self, event_id: str, name: str, value: Value) -> datetime | None:
        """Edit a field; return when it was accepted, None where the event is gone."""
        holder = self.world.calendar
        if await holder.event(event_id) is None:
            return None
        changed = await holder.change(event_id, **to_event({name: value}))
        return datetime.fromisoformat(changed["updated"])

    async def delete_event(self, event_id: str) -> datetime | None:
        """Delete an event; return when it was accepted, None where it is gone."""
        holder = self.world.calendar
        if await holder.event(event_id) is None:
            return None
        await holder.delete(event_id)
        return datetime.fromisoformat((await self.raw(event_id))["updated"])

    async def raw(self, event_id: str) -> Json:
        """Return an event as it is stored, deleted or not."""
        path = f"/control/accounts/{self.world.calendar.email}/calendars/primary/events/{event_id}"
        return succeeded(await self.world.calendar.simulator.get(path))

    async def copy_event(self, event_id: str, title: str) -> Json:
        """Copy an event with its hidden properties (K3)."""
        path = f"/control/accounts/{self.world.calendar.email}/calendars/primary/events/{event_id}/copy"
        return succeeded(await self.world.calendar.simulator.post(path, json={"summary": title}))

    async def arm(self, trap: str, count: int = 1) -> None:
        """Set a trap for this account."""
        body = {"trap": trap, "account": self.world.calendar.email, "count": count}
        succeeded(await self.world.calendar.simulator.post("/control/traps", json=body))

    async def disarm(self) -> None:
        """Take all traps off and send what they held back."""
        succeeded(await self.world.calendar.simulator.delete("/control/traps"))
        succeeded(await self.world.calendar.simulator.post("/control/pushes/release"))

    async def struck(self) -> dict[str, int]:
        """Return how often each trap struck since the sandbox began."""
        found: dict[str, int] = (await self.world.calendar.simulator.get("/control/traps")).json()["struck"]
        return found

    async def kill(self, part: str) -> None:
        """Kill -9 a service and wait until the supervisor's new one is ready."""
        old = self.sandbox.pid_of(PARTS[part])
        os.kill(old, signal.SIGKILL)
        clients = self.world.sales
        client = {"connector": clients.connector, "mapper": clients.mapper, "activity-store": clients.store}[part]

        async def back() -> bool:
            try:
                answer = await client.get("/readyz")
            except httpx.TransportError:
                return False
            return answer.is_success and self.sandbox.pid_of(PARTS[part]) != old

        await wait_until(back, awaited=f"the {part} to be back", timeout=RECOVERY, every=0.1)

    async def resync(self) -> None:
        """Pull all anew and wait for the end of that read."""
        before = (await self._connection())["last_read_at"]
        succeeded(await self.world.sales.connector.post(f"/v1/connections/{self.world.connection_id}/resync"))

        async def read() -> bool:
            now = await self._connection()
            assert now["status"] == "in_sync", now
            assert now["last_read_at"] != before, now
            return True

        await wait_until(read, awaited="a resync to end", timeout=RECOVERY, every=0.1)

    async def _connection(self) -> Json:
        return await self.world.sales.connection(self.world.connection_id)

    async def writes(self) -> list[Json]:
        """Return the writes that the provider saw of this account."""
        return [row for row in await self.world.journal() if row["operation"] in WRITES]

    async def links(self) -> list[Json]:
        """Return the links of the connection."""
        query: dict[str, str | int] = {"connection_id": self.world.connection_id, "limit": 500}
        answer = await self.world.sales.mapper.get("/v1/links", params=query)
        items: list[Json] = succeeded(answer)["items"]
        return items
