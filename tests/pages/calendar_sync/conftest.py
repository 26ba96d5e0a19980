"""One system and one browser for all page tests; each test has users of its own."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.pages.calendar_sync.world import World
from tests.support.ports import free_base

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")


_TRIES = 3
"""Somebody else may take the ports before we do."""


@contextmanager
def served(base: int) -> Iterator[str]:
    """Run the system on these ports, and give its secret; "" where it did not start."""
    command = [sys.executable, "-m", "tests.pages.calendar_sync.served", str(base)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3])
    try:
        assert process.stdout
        yield process.stdout.readline().removeprefix("ready ").strip()
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """The whole system, listening."""
    for _ in range(_TRIES):
        base = free_base()
        with served(base) as secret:
            if secret:
                yield World(base, secret)
                return
    pytest.fail("the system did not start")


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Debian's Chromium, driven by Playwright."""
    if CHROMIUM is None:
        pytest.skip("Debian's chromium is not installed")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not loaded where there is no browser

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()
