"""Opens the running sandbox for a story: the people in it and where they find everything."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from sandbox import env_file
from sandbox.clients import CalendarPerson, Salesperson, calendar_person
from sandbox.places import SETTINGS_FILE
from sandbox.simulated import SIMULATED, simulated

EMAIL = "anna@example.com"
COMPANY = "acme"
SALESPERSON = "1"
TIME_ZONE = "Europe/Berlin"


@dataclass(frozen=True)
class Stage:
    """The demo's first salesperson on both sides, and her administrator. `provider`: whose calendar she has."""

    anna: Salesperson
    admin: Salesperson
    calendar: CalendarPerson
    provider: str


@asynccontextmanager
async def stage(settings: Mapping[str, str], provider: str) -> AsyncIterator[Stage]:
    """Open the sandbox whose settings are given, the simulators' addresses among them."""
    urls, address = service_urls(settings), settings[SIMULATED[simulated(provider)].address]
    async with (
        Salesperson(settings, urls, sub=SALESPERSON, company=COMPANY, role="regular") as anna,
        Salesperson(settings, urls, sub="admin", company=COMPANY, role="admin") as admin,
        httpx.AsyncClient(base_url=address, timeout=10) as simulator,
    ):
        yield Stage(anna, admin, calendar_person(provider, simulator, EMAIL), provider)


def provider_of(environ: Mapping[str, str]) -> str:
    """Return whose calendar the salesperson has: PROVIDER, Google where nothing is said."""
    return environ.get("PROVIDER") or "google"


def read_settings(folder: Path) -> dict[str, str]:
    """Return the settings of the sandbox that runs in a folder."""
    return env_file.read(folder / SETTINGS_FILE)


def service_urls(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the addresses of the three services: they stand side by side, the connector first."""
    connector = httpx.URL(settings["TANDEM_PUBLIC_URL"])
    if connector.port is None:
        raise ValueError("the sandbox's connector has a port of its own")
    ports = {"connector": connector.port, "mapper": connector.port + 1, "activity-store": connector.port + 2}
    return {name: str(connector.copy_with(port=port)).rstrip("/") for name, port in ports.items()}
