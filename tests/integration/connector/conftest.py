"""The real connector and Google's simulator behind uvicorn, with a real broker and database."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from sandbox.clients import CalendarPerson
from tests.integration.connector.running import SECRET, Running, running_connector
from tests.integration.connector.support import Account, Mapper


@pytest.fixture(scope="session")
def running(kafka_bootstrap: str, mongo_url: str, embedded: bool) -> Iterator[Running]:
    """Run both for the session."""
    with running_connector(kafka_bootstrap, mongo_url, embedded=embedded) as at:
        yield at


@pytest.fixture
async def mapper(kafka_bootstrap: str, running: Running, unique: str) -> AsyncIterator[Mapper]:
    """Take the mapper's place for a company of this test's own."""
    async with Mapper(kafka_bootstrap, unique) as mapper:
        yield mapper


@pytest.fixture
async def ann(running: Running, mapper: Mapper, unique: str) -> AsyncIterator[Account]:
    """A user with a calendar account at Google, not connected yet."""
    email = f"ann-{unique}@example.com"
    async with (
        httpx.AsyncClient(base_url=running.connector, timeout=20) as http,
        httpx.AsyncClient(base_url=running.google, timeout=20) as google,
    ):
        person = CalendarPerson(google, email)
        await person.sign_up("Ann", "Europe/Berlin")
        yield Account(http, google, person, mapper, SECRET, email)
