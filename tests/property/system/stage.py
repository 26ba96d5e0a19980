"""What people and the world do to the running system in one example, over HTTP only; answers tell what was accepted."""

from collections.abc import Awaitable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import httpx

from sandbox.clients import CalendarPerson, Json, Salesperson, succeeded
from tests.property.system.clock import Calendar
from tests.property.system.forms import to_activity, to_event
from tests.property.system.ground import Ground
from tests.property.system.hands import RECOVERY, is_later, patiently
from tests.property.system.oracle import Content, Value
from tests.support.providers import FEATURES, PROVIDER
from tests.support.stories import World, colleague_of, in_sync
from tests.support.waiting import wait_until

T = TypeVar("T")

_MEETING = 3.0
"""Seconds in which a push leads to a read, and more."""
_GONE = frozenset({httpx.codes.NOT_FOUND, httpx.codes.GONE})


class Stage:
    """One company in a running system, and the hands that reach into both of its sides."""

    def __init__(self, ground: Ground, world: World, stack: AsyncExitStack) -> None:
        self.ground, self.world = ground, world
        self.people = {"7": world}
        """Who has a connected calendar, by user id."""
        self.team: dict[str, World] = {}
        """Who syncs the shared calendar."""
        self.clock = Calendar(ground.clock)
        self._stack = stack
        self._keys = 0

    @property
    def everyone(self) -> list[World]:
        """Return all who have a connection."""
        return [*self.people.values(), *self.team.values()]

    async def enter(self, opened: AbstractAsyncContextManager[T]) -> T:
        """Open something for as long as the example lasts."""
        return await self._stack.enter_async_context(opened)

    async def with_colleague(self) -> None:
        """Let another user of the company have a connected calendar too (A8)."""
        if "8" not in self.people:
            self.people["8"] = await self._stack.enter_async_context(colleague_of(self.world))

    async def crm(self, method: str, path: str, by: Salesperson | None = None, **request: Any) -> httpx.Response:
        """Call the activity store until it answers; it may be away for a moment."""
        return (await self._asked(method, path, by or self.world.sales, **request))[0]

    async def _asked(self, method: str, path: str, by: Salesperson, **request: Any) -> tuple[httpx.Response, int]:
        self._keys += 1
        headers = {"Idempotency-Key": f"{self.world.company}-{self._keys}"} if method == "POST" else {}
        attempts = 0

        async def ask() -> httpx.Response:
            nonlocal attempts
            attempts += 1
            answer = await by.store.request(method, path, headers=headers, **request)
            if is_later(answer):
                answer.raise_for_status()
            return answer

        return await patiently(ask, f"an answer to {method} {path}"), attempts

    async def create_activity(self, kind: str, content: Content) -> Json:
        """Create an activity."""
        body = {"type": kind, "timezone": "Europe/Berlin", **to_activity(content)}
        return succeeded(await self.crm("POST", "/v1/activities", json=body))

    async def edit_activity(self, activity_id: str, name: str, value: Value) -> datetime | None:
        """Edit a field; return when it was accepted, None where the activity is gone."""
        answer = await self.crm("PATCH", f"/v1/activities/{activity_id}", json=to_activity({name: value}))
        return None if answer.status_code in _GONE else datetime.fromisoformat(succeeded(answer)["update_time"])

    async def hand_over(self, activity_id: str, owner: str, subject: str) -> datetime:
        """Let the administrator give an activity to another user, under another title; return when."""
        body = {"owner_id": owner, "subject": subject}
        answer = await self.crm("PATCH", f"/v1/activities/{activity_id}", self.world.admin, json=body)
        return datetime.fromisoformat(succeeded(answer)["update_time"])

    async def delete_activity(self, activity_id: str) -> datetime | None:
        """Delete an activity; return when (before the call: J3 needs no more), None where it is gone."""
        at = self.clock.now()
        answer, attempts = await self._asked("DELETE", f"/v1/activities/{activity_id}", self.world.sales)
        if answer.status_code in _GONE:  # of an earlier attempt the answer may be lost, not what it did
            return at if attempts > 1 else None
        succeeded(answer)
        return at

    async def create_event(self, content: Content, **more: object) -> Json:
        """Create an event that has fields which are not mapped."""
        body = {name: value for name, value in to_event(content).items() if value is not None}
        body |= FEATURES.unmapped | more
        for moment in ("start", "end"):
            body[moment] = {name: value for name, value in body[moment].items() if value is not None}
        return await self.world.calendar.add(**body)

    async def edit_event(self, event_id: str, name: str, value: Value, owner: str = "7") -> datetime | None:
        """Edit a field; return when it was accepted, None where the event is gone."""
        holder = self.people[owner].calendar
        if await holder.event(event_id) is None:
            return None
        changed = await _unless_gone(holder.change(event_id, **to_event({name: value})))
        if changed is None or changed.get("status") == "cancelled":  # a tombstone can be edited, and stays one
            return None
        return told(changed["updated"])

    async def delete_event(self, event_id: str, owner: str = "7") -> datetime | None:
        """Delete an event; return when it was accepted (before the call, where nobody tells), None where it is gone."""
        at = self.clock.now()
        holder = self.people[owner].calendar
        if await holder.event(event_id) is None:
            return None
        if await _unless_gone(self._deleted(holder, event_id)) is None:
            return None
        told = FEATURES.tombstones
        return datetime.fromisoformat((await self.raw(event_id, owner))["updated"]) if told else at

    @staticmethod
    async def _deleted(holder: CalendarPerson, event_id: str) -> bool:
        await holder.delete(event_id)
        return True

    async def raw(self, event_id: str, owner: str = "7") -> Json:
        """Return an event as it is stored, deleted or not."""
        path = f"/control/accounts/{self.people[owner].calendar.email}/calendars/primary/events/{event_id}"
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

    async def strikes(self, trap: str, before: dict[str, int]) -> None:
        """Give a trap the time to strike that was set for what was just done; some find nothing to strike."""

        async def has_struck() -> bool:
            return (await self.struck()).get(trap, 0) > before.get(trap, 0)

        with suppress(AssertionError):
            await wait_until(has_struck, awaited=f"{trap} to strike", timeout=_MEETING, every=0.2)

    async def resync(self) -> None:
        """Pull all calendars anew and wait for the end of those reads."""
        for one in self.everyone:
            await self._resync(one)

    async def _resync(self, one: World) -> None:
        async def asked() -> Json:
            return succeeded(await one.sales.connector.post(f"/v1/connections/{one.connection_id}/resync"))

        async def read() -> bool:
            now = await self.connection(one)
            assert now["status"] == "in_sync", now
            assert now["last_read_at"] != before, now
            return True

        before = (await self.connection(one))["last_read_at"]
        await patiently(asked, "a resync to be taken")
        await wait_until(read, awaited="a resync to end", timeout=RECOVERY, every=0.1, longest=1.0)

    async def connection(self, one: World) -> Json:
        """Return somebody's connection."""
        return await patiently(lambda: one.sales.connection(one.connection_id), "a connection")

    async def settings(self, **changes: object) -> None:
        """Change settings of the first user's connection."""
        await patiently(lambda: self.world.sales.settings(self.world.connection_id, **changes), "the settings")

    async def stop(self, remove: str, one: World | None = None) -> None:
        """Stop a sync, the first user's by default, and wait for its end (K1)."""
        who = one or self.world
        path = f"/v1/connections/{who.connection_id}"

        async def asked() -> None:
            succeeded(await who.sales.connector.delete(path, params={"remove": remove}))

        async def ended() -> bool:
            found = await self.connection(who)
            assert found["status"] == "stopped", found
            return True

        await patiently(asked, "the stop to be taken")
        await wait_until(ended, awaited="the sync to be stopped", timeout=RECOVERY, every=0.1, longest=1.0)

    async def connect_again(self, **settings: object) -> None:
        """Connect the same account anew and wait until it is in sync (K2)."""
        made = await self.world.sales.connect(self.world.calendar.email, provider=PROVIDER, **settings)
        await in_sync(self.world.sales, made["id"])
        self.world = self.people["7"] = replace(self.world, connection_id=made["id"])

    async def activities(self) -> list[Json]:
        """Return the activities of all who have a calendar."""
        return await self.activities_of(self.people)

    async def activities_of(self, owners: Mapping[str, World]) -> list[Json]:
        """Return the activities of some of them."""
        every: list[Json] = []
        for owner, one in owners.items():
            every += await patiently(partial(one.sales.activities, owner_id=owner), "the activities")
        return every

    async def writes(self) -> list[Json]:
        """Return the writes that the provider saw of these accounts."""
        return [row for one in self.everyone for row in await one.journal() if row["operation"] in FEATURES.writes]

    async def links(self, one: World) -> list[Json]:
        """Return the links of a connection."""

        async def ask() -> list[Json]:
            query: dict[str, str | int] = {"connection_id": one.connection_id, "limit": 500}
            items: list[Json] = succeeded(await one.sales.mapper.get("/v1/links", params=query))["items"]
            return items

        return await patiently(ask, "the links")


def told(moment: str) -> datetime:
    """Return when the provider says that something was: some know no more than the second."""
    exact = datetime.fromisoformat(moment)
    return exact - (exact - exact.replace(microsecond=0)) % FEATURES.precision


async def _unless_gone(act: Awaitable[T]) -> T | None:
    """Do something to an event that was there just now; None where the sync came first and deleted it."""
    try:
        return await act
    except httpx.HTTPStatusError as error:
        if error.response.status_code not in _GONE:
            raise
        return None
