"""Companies for the load: each one salesperson with one account, its calendar filled, connected or not."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bench.stand import Stand
from sandbox.clients import CalendarPerson, Json, Salesperson, calendar_person, succeeded

ZONE = "Europe/Berlin"
_AT_ONCE = 8
_SEED_PAGE = 1000
_DAYS = 150
_SLOTS = 40
"""Events a day and calendar; the quarters of ten hours."""


@dataclass
class Seller:
    """A salesperson and the account's holder, who are one and the same."""

    provider: str
    company: str
    sales: Salesperson
    holder: CalendarPerson
    events: list[str]
    connection_id: str = ""

    async def ask(self) -> None:
        """Go through the consent page; the first sync is then under way."""
        self.connection_id = (await self.sales.connect(self.holder.email, provider=self.provider))["id"]

    async def connect(self, *, seconds: float = 120) -> None:
        """Connect the calendar and wait until it is in sync."""
        await self.ask()
        await self.sales.in_sync(self.connection_id, seconds=seconds)


@asynccontextmanager
async def sellers(stand: Stand, name: str, number: int, *, events: int) -> AsyncIterator[list[Seller]]:
    """Open companies, each with so many events in its calendar."""
    async with AsyncExitStack() as stack:
        simulator = await stack.enter_async_context(httpx.AsyncClient(base_url=stand.simulator_url, timeout=120))
        opened = [_seller(stand, f"{name}-{index}", simulator) for index in range(number)]
        for one in opened:
            await stack.enter_async_context(one.sales)
        await side_by_side([one.holder.sign_up(one.company, ZONE) for one in opened])
        for one in opened:
            one.events = await seed(simulator, one.holder.email, [event(index) for index in range(events)])
        yield opened


def _seller(stand: Stand, company: str, simulator: httpx.AsyncClient) -> Seller:
    sales = Salesperson(stand.settings, stand.urls, sub="7", company=company, role="admin")
    holder = calendar_person(stand.provider, simulator, f"{company}@example.com")
    return Seller(stand.provider, company, sales, holder, [])


async def seed(simulator: httpx.AsyncClient, email: str, events: Sequence[Json]) -> list[str]:
    """Put events into a calendar, whole pages at once; return their ids."""
    ids: list[str] = []
    for start in range(0, len(events), _SEED_PAGE):
        page = events[start : start + _SEED_PAGE]
        ids += (await simulator.post(f"/control/accounts/{email}/calendars/primary/seed", json=page)).json()
    return ids


def moment(index: int) -> datetime:
    """Return a start within the horizon: they spread over its days, then over the day."""
    day, slot = index % _DAYS, index // _DAYS % _SLOTS
    begin = datetime.now(UTC).replace(hour=7, minute=0, second=0, microsecond=0) + timedelta(days=2)
    return begin + timedelta(days=day, minutes=15 * slot)


def event(index: int, guests: Sequence[str] = ()) -> Json:
    """Return a quarter of an hour's meeting, in the words of all simulators' people."""
    start = moment(index)
    times = {"start": start, "end": start + timedelta(minutes=15)}
    fields: Json = {name: {"dateTime": at.isoformat(), "timeZone": ZONE} for name, at in times.items()}
    people = {"attendees": [{"email": guest} for guest in guests]} if guests else {}
    return {"summary": f"Meeting {index}", "location": "Office", "description": "Agenda", **fields, **people}


def activity(index: int, subject: str) -> dict[str, Any]:
    """Return a quarter of an hour's call as an activity."""
    start = moment(index)
    at = {"due_date": f"{start:%Y-%m-%d}", "due_time": f"{start:%H:%M}", "duration": "00:15"}
    return {"subject": subject, "type": "call", **at}


async def side_by_side(works: Sequence[Any]) -> list[Any]:
    """Await all, some at a time."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def one(work: Any) -> Any:  # noqa: ANN401 - whatever the work answers
        async with slots:
            return await work

    return await asyncio.gather(*map(one, works))


async def persons(seller: Seller, emails: Sequence[str]) -> None:
    """Make persons of the CRM known, each with one address."""

    async def put(index: int, email: str) -> None:
        person = {"name": f"Person {index}", "emails": [email], "visible_to": "everyone", "owner_id": "7"}
        succeeded(await seller.sales.store.put(f"/v1/linked-items/person/p{index}", json=person))

    await side_by_side([put(index, email) for index, email in enumerate(emails)])
