"""A company of a test's own in a running sandbox: a salesperson, an administrator, and an account at PROVIDER."""

from collections.abc import AsyncIterator
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
class World:
    """Who lives in a test. `connection_id` is the salesperson's connected calendar."""

    company: str
    sales: Salesperson
    admin: Salesperson
    calendar: CalendarPerson
    settings: dict[str, str]
    connection_id: str = ""

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
async def world(folder: Path, name: str, *, time_zone: str = "Europe/Berlin") -> AsyncIterator[World]:
    """Open a company of its own in the sandbox that runs in a folder; nothing is connected yet."""
    settings = read_settings(folder)
    urls, email = service_urls(settings), f"{name}@example.com"
    async with (
        Salesperson(settings, urls, sub="7", company=name, role="regular") as sales,
        Salesperson(settings, urls, sub="1", company=name, role="admin") as admin,
        httpx.AsyncClient(base_url=settings[SIMULATED[simulated(PROVIDER)].address], timeout=10) as simulator,
    ):
        person = calendar_person(PROVIDER, simulator, email)
        await person.sign_up(name, time_zone)
        succeeded(await admin.store.put("/v1/users/7", json={"name": name, "email": email, "tz": time_zone}))
        yield World(name, sales, admin, person, settings)


@asynccontextmanager
async def connected(folder: Path, name: str, **settings: Any) -> AsyncIterator[World]:
    """Open a company whose salesperson's calendar is connected and in sync."""
    async with world(folder, name) as opened:
        connection = await opened.sales.connect(opened.calendar.email, provider=PROVIDER, **settings)
        await opened.sales.in_sync(connection["id"])
        yield World(opened.company, opened.sales, opened.admin, opened.calendar, opened.settings, connection["id"])


@asynccontextmanager
async def colleague_of(world: World) -> AsyncIterator[World]:
    """Open another user of the same company, with a connected calendar of his own."""
    email = f"colleague-{world.calendar.email}"
    urls = service_urls(world.settings)
    async with Salesperson(world.settings, urls, sub="8", company=world.company, role="regular") as sales:
        person = calendar_person(PROVIDER, world.calendar.simulator, email)
        await person.sign_up("Colleague", "Europe/Berlin")
        user = {"name": "Colleague", "email": email, "tz": "Europe/Berlin"}
        succeeded(await world.admin.store.put("/v1/users/8", json=user))
        connection = await sales.connect(email, provider=PROVIDER)
        await sales.in_sync(connection["id"])
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
