"""One calendar to be synced for the first time, on either side: filled, with guests whom the CRM knows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from bench.floor import common as floor
from bench.people import ZONE, Seller, activity, event, persons, seed, sellers, side_by_side
from bench.sides import Side, connect_floor, new_activity
from bench.stand import Stand
from contracts.topics import ACTIVITY_EVENTS, CALENDAR_EVENTS
from sandbox.clients import CalendarPerson, Json, calendar_person, succeeded

PERSONS = 200
_GUESTS = 2


class Calendar(Protocol):
    """A calendar with its account's holder."""

    person: CalendarPerson
    events: list[str]
    activity_facts: str
    calendar_facts: str
    """The topics where each side's changes are told."""

    async def connect(self) -> None:
        """Connect it; the first sync is then under way."""
        ...

    async def resync(self) -> None:
        """Have everything told anew."""
        ...


@asynccontextmanager
async def calendar(running: Side, name: str, *, events: int = 0, activities: int = 0) -> AsyncIterator[Calendar]:
    """Prepare a calendar with so many events, each with two known guests, and so many activities of its owner."""
    stand = running.stand
    if running.name == "ours":
        async with sellers(stand, f"{name}-ours", 1, events=0) as opened:
            ours = OurCalendar(stand, opened[0])
            await _filled(ours, events)
            await persons(ours.seller, [_address(index) for index in range(PERSONS if events else 0)])
            await side_by_side(
                [ours.seller.sales.add(**activity(index, f"Call {index}")) for index in range(activities)]
            )
            yield ours
        return
    async with (
        httpx.AsyncClient(base_url=stand.simulator_url, timeout=120) as simulator,
        httpx.AsyncClient(timeout=60) as us,
    ):
        bare = FloorCalendar(stand, calendar_person(stand.provider, simulator, f"{name}-floor@example.com"), us)
        await bare.person.sign_up(name, ZONE)
        await _filled(bare, events)
        await side_by_side([bare.post(index) for index in range(activities)])
        yield bare


async def _filled(one: "OurCalendar | FloorCalendar", events: int) -> None:
    one.events = await seed(one.person.simulator, one.person.email, [meeting(index) for index in range(events)])


def meeting(index: int) -> Json:
    """Return an event with two guests whom the CRM knows."""
    return event(index, [_address((index + step) % PERSONS) for step in range(_GUESTS)])


def _address(index: int) -> str:
    return f"guest{index}@customers.example"


@dataclass
class OurCalendar:
    """A calendar of a user of our services."""

    stand: Stand
    seller: Seller
    events: list[str] = field(default_factory=list)
    activity_facts: str = ACTIVITY_EVENTS
    calendar_facts: str = CALENDAR_EVENTS

    def __post_init__(self) -> None:
        self.person = self.seller.holder

    async def connect(self) -> None:
        """Go through the consent page."""
        await self.seller.ask()

    async def resync(self) -> None:
        """Ask for it as the user does."""
        path = f"/v1/connections/{self.seller.connection_id}/resync"
        succeeded(await self.seller.sales.connector.post(path))


@dataclass
class FloorCalendar:
    """A calendar that the floor's processes sync."""

    stand: Stand
    person: CalendarPerson
    client: httpx.AsyncClient
    events: list[str] = field(default_factory=list)
    activity_facts: str = floor.ACTIVITY_EVENTS
    calendar_facts: str = floor.CALENDAR_EVENTS

    async def connect(self) -> None:
        """Connect and ask for all."""
        await connect_floor(self.stand, self.person.simulator, self.client, [self.person.email])

    async def resync(self) -> None:
        """Ask for all once more."""
        await connect_floor(self.stand, self.person.simulator, self.client, [self.person.email], first=False)

    async def post(self, index: int) -> None:
        """Put an activity into the floor's store."""
        body = new_activity(self.person.email, f"{self.person.email} {index}", index)
        succeeded(await self.client.post(f"{self.stand.urls['activity-store']}/activities", json=body))
