"""One sandbox for all alerts, and a Prometheus that scrapes it every second, on rules of a shorter scale."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from tests.observability.watched import Observed
from tests.support.collector import collector
from tests.support.hurry import hurried
from tests.support.prometheus import Prometheus, alert_rules, prometheus, targets_of
from tests.support.sandboxes import OFTEN, SOON, Sandbox, empty_sandbox
from tests.support.stories import World, call, connected, timed

COUNTED_OFTEN = {"TANDEM_METRICS_COUNT_SECONDS": "1"}
PEOPLE = 4


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox that is going to be hurt."""
    with empty_sandbox(tmp_path_factory.mktemp("alerts") / "sandbox", **OFTEN, **COUNTED_OFTEN) as running:
        yield running


@pytest.fixture(scope="session")
def watching(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prometheus that watches it."""
    folder = tmp_path_factory.mktemp("prometheus")
    with prometheus(folder, targets_of(sandbox.folder), hurried(alert_rules()), every="1s") as url:
        yield url


@pytest_asyncio.fixture(loop_scope="session")
async def watch(watching: str) -> AsyncIterator[Prometheus]:
    """The Prometheus."""
    async with Prometheus(watching) as opened:
        yield opened


@pytest.fixture
def folder(sandbox: Sandbox) -> Path:
    """Where the sandbox keeps what it has."""
    return sandbox.folder


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def people(sandbox: Sandbox) -> AsyncIterator[list[World]]:
    """Companies whose calendars are connected and in sync, the same for all alerts: connecting takes seconds."""
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(connected(sandbox.folder, f"alerts{n}")) for n in range(PEOPLE)]
        first = opened[0]
        await first.activity_of(await first.calendar.add(summary="At first", **timed()))
        await first.event_of(await first.sales.add(**call()))
        yield opened


@pytest.fixture(scope="session")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    """A sandbox that says all it can; without Go, its traces go nowhere."""
    folder = tmp_path_factory.mktemp("observed")
    with ExitStack() as stack:
        try:
            collecting = stack.enter_context(collector(folder / "collector"))
        except pytest.skip.Exception:
            collecting = None
        traced = {"TANDEM_OTLP_ENDPOINT": collecting.url} if collecting else {}
        fine = {"TANDEM_LOG_LEVEL": "DEBUG", **traced}
        yield Observed(stack.enter_context(empty_sandbox(folder / "sandbox", **SOON, **fine)), collecting)
