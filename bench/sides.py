"""The two sides of a comparison, driven alike: our services, and the floor's processes in their place."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import httpx

from bench.console import say
from bench.floor import common as floor
from bench.people import ZONE, Seller, activity, event, seed, sellers, side_by_side
from bench.stand import FLOOR, Stand, running
from bench.tap import Tap
from contracts.topics import ACTIVITY_EVENTS
from sandbox.clients import Json, calendar_person, succeeded
from sandbox.plan import SERVICES
from sandbox.processes import Process


class Accounts(Protocol):
    """Connected accounts with one event and one activity each, all linked."""

    facts: str
    """The topic where changes of activities are told."""

    @property
    def emails(self) -> Sequence[str]:
        """The accounts' addresses."""
        ...

    async def change_event(self, index: int, summary: str) -> float:
        """Change the event of an account at the provider, as its holder; return when that was (the provider's time)."""
        ...

    async def change_activity(self, index: int, subject: str) -> None:
        """Change the activity of an account by a user's request."""
        ...


@dataclass
class Side:
    """One side with its processes, running."""

    name: str
    stand: Stand
    processes: Mapping[str, Process]


@asynccontextmanager
async def side(stand: Stand, name: str) -> AsyncIterator[Side]:
    """Run `ours` or `floor`."""
    names = SERVICES if name == "ours" else FLOOR
    async with running([stand.unit(one) for one in names]) as processes:
        say(f"{name}: all three are ready")
        yield Side(name, stand, processes)


@asynccontextmanager
async def accounts(running_side: Side, name: str, number: int) -> AsyncIterator[Accounts]:
    """Connect so many accounts, each with an event and an activity, on either side."""
    stand = running_side.stand
    if running_side.name == "ours":
        async with sellers(stand, f"{name}-ours", number, events=1) as opened:
            yield await _connected(stand, opened)
        return
    async with (
        httpx.AsyncClient(base_url=stand.simulator_url, timeout=60) as simulator,
        httpx.AsyncClient(timeout=60) as us,
    ):
        bare = FloorAccounts(stand, simulator, us, [f"{name}-floor-{index}@example.com" for index in range(number)])
        await bare.open()
        yield bare


@dataclass
class OurAccounts:
    """Accounts connected to our services."""

    sellers: Sequence[Seller]
    activities: Sequence[str]
    facts: str = ACTIVITY_EVENTS

    @property
    def emails(self) -> Sequence[str]:
        """The accounts' addresses."""
        return [one.holder.email for one in self.sellers]

    async def change_event(self, index: int, summary: str) -> float:
        """Change the event in the provider's page."""
        one = self.sellers[index]
        return _updated(await one.holder.change(one.events[0], summary=summary))

    async def change_activity(self, index: int, subject: str) -> None:
        """Patch the activity."""
        await self.sellers[index].sales.change(self.activities[index], subject=subject)


async def _connected(stand: Stand, opened: Sequence[Seller]) -> OurAccounts:
    activities = await side_by_side([one.sales.add(**activity(1, "Call")) for one in opened])
    async with Tap(stand.kafka, [ACTIVITY_EVENTS]) as tap:
        await side_by_side([one.connect() for one in opened])
        await tap.until(lambda: len(tap.records) >= len(opened), seconds=120)
    return OurAccounts(opened, [one["id"] for one in activities])


@dataclass
class FloorAccounts:
    """The same for the floor's processes."""

    stand: Stand
    simulator: httpx.AsyncClient
    client: httpx.AsyncClient
    emails: Sequence[str]
    facts: str = floor.ACTIVITY_EVENTS
    events: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)

    async def open(self) -> None:
        """Put one event and one activity into each, connect them, and wait until all is linked."""
        people = [calendar_person(self.stand.provider, self.simulator, email) for email in self.emails]
        await side_by_side([one.sign_up(one.email, ZONE) for one in people])
        self.events = [(await seed(self.simulator, email, [event(0)]))[0] for email in self.emails]
        given = {email: str(index) for index, email in enumerate(self.emails)}
        await side_by_side([self.post(new_activity(email, f"{email} call")) for email in given])
        async with Tap(self.stand.kafka, [floor.LINK_STATES]) as tap:
            await connect_floor(self.stand, self.simulator, self.client, self.emails)
            if not await tap.until(lambda: len(tap.records) >= 3 * len(self.emails), seconds=120):
                raise RuntimeError("the floor's accounts did not get linked")
        rows = await side_by_side([one.events() for one in people])
        self.created = [next(row["id"] for row in own if row["summary"] == "Call") for own in rows]

    async def post(self, body: Json) -> None:
        """Write an activity."""
        succeeded(await self.client.post(f"{self.stand.urls['activity-store']}/activities", json=body))

    async def change_event(self, index: int, summary: str) -> float:
        """Change the event in the provider's page."""
        person = calendar_person(self.stand.provider, self.simulator, self.emails[index])
        return _updated(await person.change(self.events[index], summary=summary))

    async def change_activity(self, index: int, subject: str) -> None:
        """Change the activity."""
        email = self.emails[index]
        about = {"account": email, "id": f"{email} call", "event": self.created[index]}
        await self.post({**about, "fields": {"summary": subject}})


async def connect_floor(
    stand: Stand, simulator: httpx.AsyncClient, client: httpx.AsyncClient, emails: Sequence[str], *, first: bool = True
) -> None:
    """Connect accounts to the floor and ask for all they hold; not `first`: only ask once more."""
    urls = stand.urls
    if first:
        given = [{"email": email, "token": await _token(stand, simulator, email)} for email in emails]
        succeeded(await client.post(f"{urls['connector']}/accounts", json={"accounts": given, "read": False}))
    for email in emails:
        succeeded(await client.post(f"{urls['mapper']}/connect", json={"account": email, "first": first}))


async def _token(stand: Stand, simulator: httpx.AsyncClient, email: str) -> str:
    """Return what the floor signs in with; at Exchange the address, since all passwords are the simulator's default."""
    if stand.provider == "exchange":
        return email
    token: str = succeeded(await simulator.post(f"/control/accounts/{email}/tokens", json={}))["access_token"]
    return token


def new_activity(email: str, activity_id: str, index: int = 1) -> Json:
    """Return an activity that the floor's store tells in a replay."""
    fields = event(index) | {"summary": "Call"}
    return {"account": email, "id": activity_id, "fields": fields, "quiet": True}


def _updated(answer: Json) -> float:
    return datetime.fromisoformat(answer["updated"]).timestamp()
