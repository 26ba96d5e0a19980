"""The real store behind uvicorn, with a real broker and database; tests keep apart by company."""

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import uvicorn

from activity_store.app import make_app
from activity_store.settings import Settings
from chassis.topics import TopicSpec, ensure_topics
from contracts import topics
from tests.integration.activity_store.support import Crm, TopicReader
from tests.support.waiting import wait_until

SECRET = "a-secret-of-the-tests-with-32-chars"
NAMES = [
    topics.ACTIVITY_COMMANDS,
    topics.ACTIVITY_EVENTS,
    topics.ACTIVITY_OUTCOMES,
    topics.ACTIVITY_TYPES,
    topics.LINK_STATES,
]


@pytest.fixture(scope="session")
def store_url(kafka_bootstrap: str, mongo_url: str, embedded: bool) -> Iterator[str]:
    """Run the service for the session and give its address."""
    specs = [TopicSpec(name, 3) for name in [*NAMES, *(f"{name}.dlq" for name in NAMES)]]
    asyncio.run(ensure_topics(kafka_bootstrap, specs))
    settings = Settings(
        kafka_bootstrap=kafka_bootstrap,
        kafka_idempotence=not embedded,
        kafka_fetch_max_wait_ms=20 if embedded else 500,
        mongo_url=mongo_url,
        mongo_database=f"store_{uuid.uuid4().hex[:8]}",
        jwt_secret=SECRET,
        shutdown_seconds=5,
        replay_page=2,
    )
    config = uvicorn.Config(make_app(settings), host="127.0.0.1", port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="activity-store")
    thread.start()
    try:
        yield asyncio.run(_address(server))
    finally:
        server.should_exit = True
        thread.join(20)


async def _address(server: uvicorn.Server) -> str:
    await wait_until(lambda: server.started, awaited="the server to listen")
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    async with httpx.AsyncClient() as client:

        async def ready() -> Any:
            answer = await client.get(f"{url}/readyz")
            assert answer.status_code == 200, answer.text
            return True

        await wait_until(ready, awaited="the store to be ready", timeout=30)
    return url


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
