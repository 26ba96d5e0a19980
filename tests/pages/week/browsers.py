"""A real browser in front of a running sandbox: whose it is, what it shows, and what axe finds on its pages."""

import json
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from chassis.web.auth import TOKEN_COOKIE
from sandbox.clients import Salesperson
from tests.support.stories import World
from webparts.npm import NotAvailable, pins, unpacked

PINS = Path(__file__).with_name("axe_pin.json")
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""As Debian and others name them; the first costs the least."""
PATIENCE_MS = 45_000
"""A busy machine needs some of it; what fails for good costs a test that long."""
expect.set_options(timeout=PATIENCE_MS)
Theme = Literal["light", "dark"]
THEMES: Sequence[Theme] = ("light", "dark")
LANGUAGES = ("en-GB", "pl-PL")


def chromium() -> str:
    """Return the browser of this machine; without one the test is skipped."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    return found


@cache
def axe() -> str:
    """Return the script of axe-core as pinned, from npm; where it cannot be had the test is skipped."""
    try:
        with unpacked(pins(PINS)[0]) as package:
            return (package / "axe.min.js").read_text()
    except NotAvailable as missing:
        pytest.skip(f"axe-core: {missing}")


@dataclass
class Browsing:
    """One tab, signed in as somebody, and what went wrong in it."""

    page: Page
    home: str
    problems: list[str]

    async def open(self, path: str) -> None:
        """Open a page of the service."""
        await self.page.goto(self.home + path)

    async def violations(self) -> list[str]:
        """Return what axe finds, rule and element; it is evaluated, since the policy blocks its script tag."""
        await self.page.evaluate(axe())
        found = await self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """Run a browser for as long as the context lasts."""
    program = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            await browser.close()


def session_of(person: Salesperson) -> str:
    """Return the token that the person's requests carry."""
    return str(person.store.headers["Authorization"]).removeprefix("Bearer ")


@asynccontextmanager
async def browsing(browser: Browser, world: World, home: str, **options: Any) -> AsyncIterator[Browsing]:
    """Open a tab as the salesperson; `options` are Playwright's for a context. Fails on errors in the page."""
    given: dict[str, Any] = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}} | options
    context = await browser.new_context(**given)
    await context.add_cookies([{"name": TOKEN_COOKIE, "value": session_of(world.sales), "url": home}])
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    try:
        yield Browsing(page, home, problems)
        assert not problems, json.dumps(problems)
    finally:
        await context.close()
