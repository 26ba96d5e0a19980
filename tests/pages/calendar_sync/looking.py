"""What tests do with a page: open it as somebody, and let axe look at it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import pytest

from tests.pages.calendar_sync.world import User
from webparts.npm import NotAvailable, pins, unpacked

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_PINS: Final = Path(__file__).with_name("pins.json")
_CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tandem" / "web"
LANGUAGES: Final = ("en-GB", "pl-PL")
_LOOKS: Final[tuple[tuple[Literal["light", "dark"], int], ...]] = (("light", 1100), ("dark", 1100), ("light", 320))
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
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(_axe())
    found = page.evaluate(_RUN)
    return [f"{one['id']}: {node['html'][:150]}" for one in found for node in one["nodes"]]


def wrong_in_any_look(page: "Page") -> list[str]:
    """Return what axe finds wrong in either theme and 320 pixels wide, and whether it is too wide for that."""
    for details in page.locator("details").all():
        details.evaluate("one => { one.open = true }")
    wrong: list[str] = []
    for theme, width in _LOOKS:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 800})
        wrong += [f"{theme}, {width}: {one}" for one in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{theme}, {width}: too wide")
    return wrong


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
