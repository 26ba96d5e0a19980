"""The people of the cluster: the demo's salesperson, and those who work while it is disturbed."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from sandbox.clients import CalendarPerson, Salesperson
from sandbox.stage import COMPANY, EMAIL, SALESPERSON, TIME_ZONE, Stage
from sandbox.token import make_token
from tests.deploy.forwarding import Forwarding
from tests.deploy.kubectl import SERVICES, forwarded

SETTINGS = {"TANDEM_JWT_SECRET": "for-development-only-known-to-everybody"}
"""Of deploy/k8s/overlays/dev."""

URLS = {name: f"http://{name}" for name in SERVICES}
SIMULATOR = ("google-simulator", 8010)
_PORTS = [*((name, 80) for name in SERVICES), SIMULATOR]


@dataclass(frozen=True)
class Worker:
    """A salesperson who works under load, on both sides."""

    crm: Salesperson
    calendar: CalendarPerson
    email: str

    @property
    def token(self) -> str:
        """Return a token of hers."""
        return token(self.crm.user_id)


def token(sub: str) -> str:
    """Return a salesperson's token."""
    return make_token(SETTINGS, sub=sub, company=COMPANY, role="regular", now=datetime.now(UTC))


@asynccontextmanager
async def transport() -> AsyncIterator[Forwarding]:
    """Open the way to the Services: each to one of its pods, for as long as that lives."""
    async with forwarded(_PORTS) as ports:
        yield Forwarding(ports)


def salesperson(way: Forwarding, sub: str, role: str = "regular") -> Salesperson:
    """Return a user of the CRM."""
    return Salesperson(SETTINGS, URLS, sub=sub, company=COMPANY, role=role, transport=way)


def calendar(way: Forwarding, email: str) -> CalendarPerson:
    """Return the holder of an account at the simulated Google."""
    address = f"http://{SIMULATOR[0]}:{SIMULATOR[1]}"
    return CalendarPerson(httpx.AsyncClient(base_url=address, timeout=30, transport=way), email)


@asynccontextmanager
async def demo_stage(way: Forwarding) -> AsyncIterator[Stage]:
    """Open the demo's stage on the cluster."""
    async with salesperson(way, SALESPERSON) as anna, salesperson(way, "admin", "admin") as admin:
        yield Stage(anna, admin, calendar(way, EMAIL), "google")


def workers(way: Forwarding, count: int) -> list[Worker]:
    """Return those who work under load."""
    names = [f"worker{number}" for number in range(1, count + 1)]
    return [
        Worker(salesperson(way, name), calendar(way, f"{name}@example.com"), f"{name}@example.com") for name in names
    ]


async def connected(team: Sequence[Worker]) -> list[str]:
    """Connect their calendars; return the connections' ids once all are in sync."""
    found = []
    for one in team:
        await one.calendar.sign_up(one.email, TIME_ZONE)
        connection = await one.crm.connect(one.email)
        await one.crm.in_sync(connection["id"])
        found.append(connection["id"])
    return found
