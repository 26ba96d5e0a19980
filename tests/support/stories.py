"""A company of a test's own in a running sandbox: a salesperson, an administrator, and an account at PROVIDER."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from sandbox.clients import CalendarPerson, Json, Salesperson, calendar_person, succeeded
from sandbox.simulated import SIMULATED, simulated
from sandbox.stage import read_settings, service_urls
from tests.support.providers import PROVIDER
from tests.support.waiting import wait_until

WITHIN = 30.0
"""Seconds for one change to reach the other side; a busy machine needs some of them."""


@dataclass(frozen=True)
class Way:
    """How to reach a running system: its settings, and what clients send by where that is not the network."""

    settings: Mapping[str, str]
    transport: httpx.AsyncBaseTransport | None = None

    def salesperson(self, sub: str, company: str, role: str) -> Salesperson:
        """Return a user of the CRM, not yet entered."""
        urls = service_urls(self.settings)
        return Salesperson(self.settings, urls, sub=sub, company=company, role=role, transport=self.transport)

    def simulator(self) -> httpx.AsyncClient:
        """Return a client of the simulator behind PROVIDER."""
        address = self.settings[SIMULATED[simulated(PROVIDER)].address]
        return httpx.AsyncClient(base_url=address, timeout=10, transport=self.transport)


@dataclass(frozen=True)
class World:
    """Who lives in a test. `connection_id` is the salesperson's connected calendar."""

    company: str
    sales: Salesperson
    admin: Salesperson
    calendar: CalendarPerson
    way: Way
    connection_id: str = ""

    @property
    def settings(self) -> Mapping[str, str]:
        """Return the settings of the system it lives in."""
        return self.way.settings

    async def event_of(self, activity: Json) -> Json:
        """Wait for the event of an activity."""

        async def look() -> Json | None:
            link = await self.sales.link(activity_id=activity["id"])
            return await self.calendar.event(link["event_id"]) if link and link["event_id"] else None

        return await wait_until(look, awaited=f"the event of {activity['subject']!r}", timeout=WITHIN)

    async def activity_of(self, event: Json) -> Json:
        """Wait for the activity of an event."""

        async def look() -> Json | None:
            link = await self.sales.link(event_id=event["id"])
            return await self.sales.activity(link["activity_id"]) if link else None

        return await wait_until(look, awaited=f"the activity of {event.get('summary')!r}", timeout=WITHIN)

    async def activity_becomes(self, activity_id: str, **fields: object) -> Json:
        """Wait until an activity has these values."""

        async def look() -> Json | None:
            activity = await self.sales.activity(activity_id)
            assert activity is not None, "the activity is not there"
            assert {name: activity[name] for name in fields} == fields, activity
            return activity

        return await wait_until(look, awaited=f"activity with {fields}", timeout=WITHIN)

    async def event_becomes(self, event_id: str, **fields: object) -> Json:
        """Wait until an event has these values."""

        async def look() -> Json | None:
            event = await self.calendar.event(event_id)
            assert event is not None, "the event is not there"
            assert {name: event.get(name) for name in fields} == fields, event
            return event

        return await wait_until(look, awaited=f"event with {fields}", timeout=WITHIN)

    async def linked(self, activity_id: str) -> Json:
        """Wait until an activity says that its link is active: that is told after the link itself."""

        async def look() -> Json | None:
            activity = await self.sales.activity(activity_id)
            return activity if activity and activity["sync"] and activity["sync"]["state"] == "active" else None

        return await wait_until(look, awaited="the activity to show its link as active", timeout=WITHIN)

    async def guests_are(self, activity_id: str, *addresses: str) -> None:
        """Wait until an activity has these guests; the calendar's owner, whom some providers list too, is left out."""

        async def look() -> bool:
            activity = await self.sales.activity(activity_id)
            assert activity is not None, "the activity is not there"
            found = {one["email"] for one in activity["attendees"]} - {self.calendar.email}
            assert found == set(addresses), found
            return True

        await wait_until(look, awaited=f"the guests {addresses}", timeout=WITHIN)

    async def activity_goes(self, activity_id: str) -> None:
        """Wait until an activity is deleted."""

        async def look() -> bool:
            return await self.sales.activity(activity_id) is None

        await wait_until(look, awaited="the activity to be gone", timeout=WITHIN)

    async def event_goes(self, event_id: str) -> None:
        """Wait until an event is deleted."""

        async def look() -> bool:
            return await self.calendar.event(event_id) is None

        await wait_until(look, awaited="the event to be gone", timeout=WITHIN)

    async def journal(self, since: int = 0) -> list[Json]:
        """Return the calls that the simulator saw of this account after entry `since`."""
        answer = await self.calendar.simulator.get("/control/journal", params={"since": since})
        rows: list[Json] = answer.json()
        return [row for row in rows if row.get("account") == self.calendar.email]

    async def decided(self, rule: str, **item: str) -> Json:
        """Wait until the newest decision on an item is by this rule."""

        async def look() -> Json | None:
            found = await self.sales.explain(**item)
            assert found, "no decision"
            assert found[0]["rule"] == rule, found
            return found[0]

        return await wait_until(look, awaited=f"a decision by {rule}", timeout=WITHIN)


@asynccontextmanager
async def world(place: Path | Way, name: str, *, time_zone: str = "Europe/Berlin") -> AsyncIterator[World]:
    """Open a company of its own in a running system (that of a sandbox's folder); nothing is connected yet."""
    way = place if isinstance(place, Way) else Way(read_settings(place))
    email = f"{name}@example.com"
    async with (
        way.salesperson("7", name, "regular") as sales,
        way.salesperson("1", name, "admin") as admin,
        way.simulator() as simulator,
    ):
        person = calendar_person(PROVIDER, simulator, email)
        await person.sign_up(name, time_zone)
        succeeded(await admin.store.put("/v1/users/7", json={"name": name, "email": email, "tz": time_zone}))
        yield World(name, sales, admin, person, way)


@asynccontextmanager
async def connected(place: Path | Way, name: str, **settings: Any) -> AsyncIterator[World]:
    """Open a company whose salesperson's calendar is connected and in sync."""
    async with world(place, name) as opened:
        connection = await opened.sales.connect(opened.calendar.email, provider=PROVIDER, **settings)
        await in_sync(opened.sales, connection["id"])
        yield replace(opened, connection_id=connection["id"])


async def in_sync(sales: Salesperson, connection_id: str) -> None:
    """Wait until a connection says that it is in sync."""

    async def look() -> bool:
        found = await sales.connection(connection_id)
        assert found["status"] == "in_sync", found
        return True

    await wait_until(look, awaited="a connection in sync", timeout=120, longest=0.5)


@asynccontextmanager
async def colleague_of(world: World) -> AsyncIterator[World]:
    """Open another user of the same company, with a connected calendar of his own."""
    email = f"colleague-{world.calendar.email}"
    async with world.way.salesperson("8", world.company, "regular") as sales:
        person = calendar_person(PROVIDER, world.calendar.simulator, email)
        await person.sign_up("Colleague", "Europe/Berlin")
        user = {"name": "Colleague", "email": email, "tz": "Europe/Berlin"}
        succeeded(await world.admin.store.put("/v1/users/8", json=user))
        connection = await sales.connect(email, provider=PROVIDER)
        await in_sync(sales, connection["id"])
        yield replace(world, sales=sales, calendar=person, connection_id=connection["id"])


def day(ahead: int) -> date:
    """Return a day so many days from today (UTC)."""
    return datetime.now(UTC).date() + timedelta(days=ahead)


def timed(ahead: int = 1, at: str = "10:00", minutes: int = 30, zone: str = "Europe/Berlin") -> Json:
    """Return the start and end of a Google event on a day ahead, in local time."""
    start = datetime.fromisoformat(f"{day(ahead)}T{at}")
    moments = (start, start + timedelta(minutes=minutes))
    begin, end = ({"dateTime": one.isoformat(), "timeZone": zone} for one in moments)
    return {"start": begin, "end": end}


def all_day(ahead: int = 1, days: int = 1) -> Json:
    """Return the start and end of an all-day Google event."""
    return {"start": {"date": str(day(ahead))}, "end": {"date": str(day(ahead + days))}}


def call(subject: str = "Call Ben", ahead: int = 1, at: str = "09:00", **fields: Any) -> Json:
    """Return a timed activity (`at` in UTC)."""
    return {
        "subject": subject,
        "type": "call",
        "due_date": str(day(ahead)),
        "due_time": at,
        "duration": "00:30",
    } | fields
