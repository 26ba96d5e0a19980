"""`make screenshots`: every page in every state from the running system, light, dark and 320 pixels wide.

All go to var/screenshots, to be looked at. Those that the user guide shows go to docs/pictures, in its two languages.
"""

import base64
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import sync_playwright

from tests.pages.calendar_sync.conftest import CHROMIUM, served
from tests.pages.calendar_sync.looking import opened
from tests.pages.calendar_sync.states import Shown, States, pages
from tests.pages.calendar_sync.world import World
from tests.support.infrastructure import run_outside_any_loop, sandbox_environ
from tests.support.ports import free_base, with_start_page
from tests.support.sandboxes import Sandbox

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT: Final = Path(__file__).parents[2]
ALL: Final = ROOT / "var" / "screenshots"
GUIDE: Final = ROOT / "docs" / "pictures"
LOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 320, "height": 700}},
}
_GUIDE_LOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "en": {"viewport": {"width": 900, "height": 700}},
    "pl": {"viewport": {"width": 900, "height": 700}, "locale": "pl-PL"},
}
_WINDOW: Final[Mapping[str, Any]] = {
    "locale": "en-GB",
    "reduced_motion": "reduce",
    "viewport": {"width": 1280, "height": 900},
}
_IN_GUIDE: Final = frozenset({"add-account", "sign-in", "in-sync", "deciding", "stop", "week", "why"})
_TALLEST: Final = 1500
"""Of a picture in the guide; the rest of the page is more of the same."""
_QUALITY: Final = 60


def take(page: "Page", file: Path, tallest: int | None = None) -> None:
    """Write the whole page as a WebP, or its upper part."""
    file.parent.mkdir(parents=True, exist_ok=True)
    session = page.context.new_cdp_session(page)
    size = session.send("Page.getLayoutMetrics")["cssContentSize"]
    height = min(size["height"], tallest or size["height"])
    clip = {"x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1}
    asked = {"format": "webp", "quality": _QUALITY, "captureBeyondViewport": True, "clip": clip}
    file.write_bytes(base64.b64decode(session.send("Page.captureScreenshot", asked)["data"]))


def looks_of(name: str) -> Iterator[tuple[Path, Mapping[str, Any], int | None]]:
    """Yield where the pictures of a page go, how it is looked at, and how tall they are at most."""
    for look, context in LOOKS.items():
        yield ALL / f"{name}-{look}.webp", context, None
    if name in _IN_GUIDE:
        for language, context in _GUIDE_LOOKS.items():
            yield GUIDE / f"{name}.{language}.webp", context, _TALLEST


def preferences(browser: "Browser") -> None:
    """Take the pages of the connector, from the whole system in one process."""
    base = free_base()
    with served(base) as secret:
        world = World(base, secret)
        admin = world.user(role="admin")
        for shown in chain(pages(world, States(world)), [Shown("operator", admin, "/operator")]):
            for file, context, tallest in looks_of(shown.name):
                with opened(browser, shown.user, shown.path, **context) as page:
                    take(page, file, tallest)


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    """Run the sandbox as `make run` does, with its demo data."""
    with tempfile.TemporaryDirectory() as folder:
        running = Sandbox(Path(folder) / "sandbox", with_start_page(free_base()), sandbox_environ())
        running.start()
        try:
            run_outside_any_loop(running.says("in sync after", within=180))
            yield running
        finally:
            running.close()


def week(browser: "Browser") -> None:
    """Take the start page, the week, its list, the editor and "why?", signed in as the demo's salesperson."""
    with sandbox() as running:
        for name in ("start", "week", "list", "editor", "why", "both-sides"):
            for file, context, tallest in looks_of(name):
                made = browser.new_context(**{**_WINDOW, **context})
                page = made.new_page()
                _show(page, running, name)
                take(page, file, tallest)
                made.close()


def _show(page: "Page", running: Sandbox, name: str) -> None:
    page.goto(running.url(0))
    if name == "start":
        return
    page.locator("form[action$='/sign-in/anna'] button").click()
    if name == "both-sides":
        page.locator("form[action$='/stories/created'] button").click()
        page.wait_for_selector(".told li")
        page.frame_locator("iframe").first.locator("#live.on").wait_for()
        return
    page.goto(f"{running.url(3)}/activities{'?view=list' if name == 'list' else ''}")
    page.wait_for_selector("#live.on")
    if name in {"editor", "why"}:
        page.locator("#calendar a.event").first.click()
        page.wait_for_selector("dialog[open]")
    if name == "why":
        page.locator("dialog a[href*='/why']").click()
        page.wait_for_selector("dialog .facts + *")


if __name__ == "__main__":
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        preferences(chromium)
        week(chromium)
        chromium.close()
