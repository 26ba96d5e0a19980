"""The real mapper behind uvicorn, with a real broker and database; the test plays the other two services."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chassis.messaging.topics import TopicSpec, ensure_topics
from mapper.settings import MapperSettings
from tests.integration.mapper.stage import TOPICS, MapperStage, Running


@pytest.fixture(scope="session")
def mapper_topics(kafka_bootstrap: str) -> str:
    """Make the topics once, and give the broker's address."""
    asyncio.run(ensure_topics(kafka_bootstrap, [TopicSpec(name, 2) for one in TOPICS for name in (one, f"{one}.dlq")]))
    return kafka_bootstrap


@pytest.fixture
async def stage(
    mapper_topics: str, mongo_url: str, embedded: bool, unique: str, tmp_path: Path
) -> AsyncIterator[MapperStage]:
    """Run a mapper with a database and a company of this test's own."""
    settings = MapperSettings(
        kafka_bootstrap=mapper_topics,
        kafka_fetch_max_wait_ms=20 if embedded else 500,
        mongo_url=mongo_url,
        mongo_database=unique,
        jwt_secret="a-secret-of-the-tests-with-32-chars",
        shutdown_seconds=5,
        clock_file=tmp_path / "clock",
    )
    running = Running(settings)
    async with httpx.AsyncClient(timeout=20) as client, MapperStage(running, client, unique) as played:
        try:
            await played.start()
            yield played
        finally:
            await running.stop()
