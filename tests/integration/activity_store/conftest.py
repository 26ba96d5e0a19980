"""The real store behind uvicorn, with a real broker and database; tests keep apart by company."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.integration.activity_store.running import SECRET, running_store
from tests.integration.activity_store.support import Crm, TopicReader


@pytest.fixture(scope="session")
def store_url(kafka_bootstrap: str, mongo_url: str, embedded: bool) -> Iterator[str]:
    """Run the service for the session (two at a time would share their consumer groups) and give its address."""
    with running_store(kafka_bootstrap, mongo_url, embedded=embedded) as url:
        yield url


@pytest.fixture
async def crm(store_url: str, unique: str) -> AsyncIterator[Crm]:
    """Talk to the store as users of a company that is this test's own."""
    async with httpx.AsyncClient(base_url=store_url, timeout=20) as client:
        yield Crm(client, unique, SECRET)


@pytest.fixture
async def bus(kafka_bootstrap: str, store_url: str, unique: str) -> AsyncIterator[TopicReader]:
    """Read and write topics; only messages of the test's own company are seen."""
    async with TopicReader(kafka_bootstrap, unique) as reader:
        yield reader
