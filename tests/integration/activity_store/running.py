"""Runs the activity store as it runs in production: behind uvicorn, with a broker and a database."""

import asyncio
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn

from activity_store.app import make_app
from activity_store.settings import Settings
from chassis.messaging.topics import TopicSpec, ensure_topics
from contracts import topics
from tests.support.waiting import wait_until

SECRET = "a-secret-of-the-tests-with-32-chars"
PARTITIONS = 3
NAMES = [
    topics.ACTIVITY_COMMANDS,
    topics.ACTIVITY_EVENTS,
    topics.ACTIVITY_OUTCOMES,
    topics.ACTIVITY_TYPES,
    topics.LINK_STATES,
]


@contextmanager
def running_store(kafka_bootstrap: str, mongo_url: str, *, embedded: bool) -> Iterator[str]:
    """Run the service, with an empty database, for as long as the context lasts; give its address."""
    specs = [TopicSpec(name, PARTITIONS) for name in [*NAMES, *(f"{name}.dlq" for name in NAMES)]]
    asyncio.run(ensure_topics(kafka_bootstrap, specs))
    settings = _settings(kafka_bootstrap, mongo_url, embedded)
    config = uvicorn.Config(make_app(settings), host="127.0.0.1", port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="activity-store")
    thread.start()
    try:
        yield asyncio.run(_address(server))
    finally:
        server.should_exit = True
        thread.join(20)


def _settings(kafka_bootstrap: str, mongo_url: str, embedded: bool) -> Settings:
    return Settings(
        kafka_bootstrap=kafka_bootstrap,
        kafka_fetch_max_wait_ms=20 if embedded else 500,
        mongo_url=mongo_url,
        mongo_database=f"store_{uuid.uuid4().hex[:8]}",
        jwt_secret=SECRET,
        shutdown_seconds=5,
        streams_per_user=2,
        replay_page=2,
    )


async def _address(server: uvicorn.Server) -> str:
    await wait_until(lambda: server.started, awaited="the server to listen")
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    async with httpx.AsyncClient() as client:

        async def ready() -> bool:
            answer = await client.get(f"{url}/readyz")
            assert answer.status_code == 200, answer.text
            return True

        await wait_until(ready, awaited="the store to be ready", timeout=60)
    return url
