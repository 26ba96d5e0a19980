"""Fixtures for every kind of test; the heavy ones start once a session and only when asked for."""

import uuid
from collections.abc import Iterator

import hypothesis
import pytest

from chassis.zone_data import use_pinned_zones
from tests.support import infrastructure


def pytest_configure() -> None:
    """Say in one line what TEST_INFRA asks for in vain, before anything runs; let examples take their time.

    Zones are those that the services use.
    """
    use_pinned_zones()
    hypothesis.settings.register_profile("patient", deadline=None)
    hypothesis.settings.load_profile("patient")
    try:
        infrastructure.require()
    except infrastructure.MissingInfrastructureError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running broker; shared, so topics and groups of a test need names of their own."""
    with infrastructure.broker(tmp_path_factory.mktemp("kafka")) as bootstrap:
        yield bootstrap


@pytest.fixture(scope="session")
def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a running database server, without a database's name."""
    with infrastructure.database(tmp_path_factory.mktemp("mongo")) as url:
        yield url


@pytest.fixture(scope="session")
def embedded() -> bool:
    """Whether the broker is the embedded one, which has no idempotent producer and no transactions."""
    return infrastructure.is_embedded()


@pytest.fixture
def unique() -> str:
    """Return a name no other test uses, for databases, topics and consumer groups."""
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture
def mongo_database(mongo_url: str, unique: str) -> str:
    """URL of an empty database of this test's own."""
    return f"{mongo_url}/{unique}"
