"""What tests do with a page: open it as somebody, and let axe look at it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.pages.calendar_sync.world import User
from webparts.npm import NotAvailable, pins, unpacked

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_PINS: Final = Path(__file__).with_name("pins.json")
_CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tandem" / "web"
_RUN: Final = "() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"


@contextmanager
def opened(browser: "Browser", user: User | None, path: str, **context: Any) -> Iterator["Page"]:
    """Open a page as somebody; what the browser complains of (the content policy, errors) fails the test."""
    chosen = {"locale": "en-GB", "reduced_motion": "reduce", "viewport": {"width": 1100, "height": 900}} | context
    made = browser.new_context(**chosen)
    if user:
        made.add_cookies([user.cookie])
    page = made.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(30_000)
    url = user.world.connector if user else ""
    page.goto(f"{url}{path}")
    try:
        yield page
    finally:
        made.close()
    expected = ("status of 401", "status of 404", "status of 422", "status of 409", "status of 403")
    unexpected = [one for one in complaints if not any(part in one for part in expected)]
    assert not unexpected, unexpected


def violations(page: "Page") -> list[str]:
    """Return what axe finds wrong."""
    page.evaluate(_axe())
    found = page.evaluate(_RUN)
    return [f"{one['id']}: {node['html'][:150]}" for one in found for node in one["nodes"]]


@cache
def _axe() -> str:
    """Return axe-core's script, from npm or from where an earlier run has put it."""
    pin = pins(_PINS)[0]
    kept = _CACHE / f"{pin.package}-{pin.version}.js"
    if not kept.exists():
        try:
            with unpacked(pin) as package:
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes((package / "axe.min.js").read_bytes())
        except NotAvailable as reason:
            pytest.skip(f"axe-core cannot be had: {reason}")
    return kept.read_text()
