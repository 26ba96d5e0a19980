"""The real connector and the simulators behind uvicorn, with a real broker and database."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from sandbox.clients import calendar_person
from sandbox.simulated import simulated
from tests.integration.connector.running import SECRET, Running, running_connector
from tests.integration.connector.support import Account, Mapper
from tests.support.providers import PROVIDER


@pytest.fixture(scope="session")
def running(kafka_bootstrap: str, mongo_url: str, embedded: bool) -> Iterator[Running]:
    """Run all for the session."""
    with running_connector(kafka_bootstrap, mongo_url, embedded=embedded) as at:
        yield at


@pytest.fixture
async def mapper(kafka_bootstrap: str, running: Running, unique: str) -> AsyncIterator[Mapper]:
    """Take the mapper's place for a company of this test's own."""
    async with Mapper(kafka_bootstrap, unique) as mapper:
        yield mapper


@pytest.fixture
def provider(request: pytest.FixtureRequest) -> str:
    """Whose calendars the users have: PROVIDER's, or each one's where a test is marked so."""
    return str(getattr(request, "param", PROVIDER))


@pytest.fixture
async def ann(running: Running, mapper: Mapper, provider: str, unique: str) -> AsyncIterator[Account]:
    """A user with a calendar account at the provider, not connected yet."""
    email = f"ann-{unique}@example.com"
    async with (
        httpx.AsyncClient(base_url=running.connector, timeout=20) as http,
        httpx.AsyncClient(base_url=running.simulators[simulated(provider)], timeout=20) as simulator,
    ):
        person = calendar_person(provider, simulator, email)
        await person.sign_up("Ann", "Europe/Berlin")
        yield Account(provider, http, simulator, person, mapper, SECRET, email)
