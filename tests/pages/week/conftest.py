"""One running sandbox for all tests of the pages, and a browser for each."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser

from tests.pages.week.browsers import chromium, launched
from tests.support.sandboxes import SOON, Sandbox, empty_sandbox
from tests.support.stories import World, connected, world


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox that started empty and is ready."""
    chromium()  # before anything is started for nothing
    with empty_sandbox(tmp_path_factory.mktemp("pages") / "sandbox", **SOON) as running:
        yield running


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser with nothing in it."""
    async with launched() as running:
        yield running


@pytest.fixture
async def company(sandbox: Sandbox, unique: str) -> AsyncIterator[World]:
    """A company whose salesperson has not connected a calendar yet."""
    async with world(sandbox.folder, unique) as opened:
        yield opened


@pytest.fixture
async def synced(sandbox: Sandbox, unique: str) -> AsyncIterator[World]:
    """A company whose salesperson's calendar is connected and in sync, with nothing in it."""
    async with connected(sandbox.folder, unique) as opened:
        yield opened


@pytest.fixture
def week(sandbox: Sandbox) -> str:
    """Where the activity store serves its pages."""
    return sandbox.url(3)


@pytest.fixture
def preferences(sandbox: Sandbox) -> str:
    """Where the connector serves its pages."""
    return sandbox.url(1)
