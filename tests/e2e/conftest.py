"""One running sandbox for all end-to-end tests; each test has a company and an account of its own in it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.sandboxes import SOON, Sandbox, empty_sandbox
from tests.support.stories import World, connected, world


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox that started empty and is ready."""
    with empty_sandbox(tmp_path_factory.mktemp("e2e") / "sandbox", **SOON) as running:
        yield running


@pytest.fixture
def folder(sandbox: Sandbox) -> Path:
    """Where the running sandbox keeps what it has."""
    return sandbox.folder


@pytest.fixture
async def company(folder: Path, unique: str) -> AsyncIterator[World]:
    """A company whose salesperson has not connected a calendar yet."""
    async with world(folder, unique) as opened:
        yield opened


@pytest.fixture
async def stranger(folder: Path, unique: str) -> AsyncIterator[World]:
    """Another company."""
    async with world(folder, f"{unique}-other") as opened:
        yield opened


@pytest.fixture
async def synced(folder: Path, unique: str) -> AsyncIterator[World]:
    """A company whose salesperson's calendar is connected and in sync, with nothing in it."""
    async with connected(folder, unique) as opened:
        yield opened
