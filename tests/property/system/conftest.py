"""The grounds of the machine: a sandbox of these tests' own (its services are killed), or simulated systems."""

import asyncio
from collections.abc import Iterator
from contextlib import nullcontext

import httpx
import pytest

from sandbox.simulated import SIMULATED
from sandbox.simulated import simulated as simulated_by
from sandbox.stage import read_settings
from tests.property.system.ground import PAGE_CAP, Grounds, ProcessGround, simulated_ground
from tests.property.system.machine import SystemMachine
from tests.property.system.reach import Reach
from tests.support.providers import PROVIDER
from tests.support.sandboxes import OFTEN, Sandbox, empty_sandbox


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox that started empty, polls often (a lost push is healed by a poll, K4) and has small pages."""
    with empty_sandbox(tmp_path_factory.mktemp("machine") / "sandbox", **OFTEN) as running:
        address = read_settings(running.folder)[SIMULATED[simulated_by(PROVIDER)].address]
        httpx.patch(f"{address}/control/settings", json={"page_cap": PAGE_CAP}).raise_for_status()
        yield running


@pytest.fixture(scope="session")
def processes(sandbox: Sandbox) -> Iterator[Grounds]:
    """That sandbox for every example; its HTTP clients live in one event loop."""
    with asyncio.Runner() as runner:
        ground = ProcessGround(sandbox, runner)
        yield lambda _seed: nullcontext(ground)
        ground.close()


@pytest.fixture
def in_processes(processes: Grounds) -> type[SystemMachine]:
    """The machine on processes, with counts of its own."""
    return _on(processes)


@pytest.fixture
def simulated() -> type[SystemMachine]:
    """The machine on a system of its own for every example, simulated in this process."""
    return _on(simulated_ground)


def _on(found: Grounds) -> type[SystemMachine]:
    class Machine(SystemMachine):
        """Bound to its ground."""

    Machine.grounds, Machine.reach = found, Reach()
    return Machine
