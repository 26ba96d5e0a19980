"""A sandbox of these tests' own (its services are killed), with a revoked neighbour in it."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from uuid import uuid4

import httpx
import pytest

from tests.property.system.invariants import Neighbour
from tests.property.system.machine import SystemMachine
from tests.property.system.reach import Reach
from tests.support.sandboxes import OFTEN, Sandbox, empty_sandbox
from tests.support.stories import connected

PAGE_CAP = 3
"""Small pages, so that a read has several of them."""


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox that started empty, polls often (a lost push is healed by a poll, K4) and has small pages."""
    with empty_sandbox(tmp_path_factory.mktemp("machine") / "sandbox", **OFTEN) as running:
        httpx.patch(running.url(10) + "/control/settings", json={"page_cap": PAGE_CAP}).raise_for_status()
        yield running


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    """The one event loop of the machine and its neighbour, whose HTTP clients live in it."""
    with asyncio.Runner() as running:
        yield running


@pytest.fixture(scope="session")
def neighbour(sandbox: Sandbox, runner: asyncio.Runner) -> Iterator[Neighbour]:
    """A connected company in that sandbox whose consent was taken back."""
    stack = AsyncExitStack()

    async def arrive() -> Neighbour:
        opened = await stack.enter_async_context(connected(sandbox.folder, f"n{uuid4().hex[:10]}"))
        beside = Neighbour(opened)
        await beside.revoke()
        return beside

    yield runner.run(arrive())
    runner.run(stack.aclose())


@pytest.fixture
def machine(sandbox: Sandbox, neighbour: Neighbour, runner: asyncio.Runner) -> type[SystemMachine]:
    """The machine with its stage set, and counts of its own."""

    class Machine(SystemMachine):
        """Bound to this session's sandbox."""

    Machine.sandbox, Machine.neighbour, Machine.runner, Machine.reach = sandbox, neighbour, runner, Reach()
    return Machine
