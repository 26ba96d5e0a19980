"""axe finds nothing wrong with any state of the page, in both languages and both themes, down to 320 pixels."""

from typing import TYPE_CHECKING

import pytest

from tests.pages.calendar_sync.looking import opened, violations
from tests.pages.calendar_sync.states import States, pages
from tests.pages.calendar_sync.world import HOME, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LOOKS = [
    {"locale": "en-GB", "color_scheme": "light"},
    {"locale": "pl-PL", "color_scheme": "dark"},
    {"locale": "pl-PL", "color_scheme": "light", "viewport": {"width": 320, "height": 700}},
    {"locale": "en-GB", "color_scheme": "dark", "viewport": {"width": 320, "height": 700}},
]


@pytest.fixture(scope="module")
def states(world: World) -> States:
    """Somebody in every state."""
    return States(world)


@pytest.mark.parametrize("look", LOOKS, ids=["english-light", "polish-dark", "polish-narrow", "english-dark-narrow"])
def test_axe_finds_nothing(world: World, browser: "Browser", look: dict[str, object], states: States) -> None:
    found = {}
    for _, user, path in pages(world, states):
        with opened(browser, user, path, **look) as page:
            for details in page.locator("details").all():
                details.evaluate("one => { one.open = true }")
            if wrong := violations(page):
                found[path] = wrong
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), f"{path} is too wide"
    assert found == {}


def test_axe_finds_nothing_in_refusals_and_questions(world: World, browser: "Browser", states: States) -> None:
    with opened(browser, states["in_sync"], HOME) as page:
        page.fill("#horizon_days", "0")
        page.locator("#horizon_days").blur()
        page.wait_for_selector("#refused-horizon_days:has-text('730')")
        page.locator("#type-task").uncheck()
        page.wait_for_selector("#setting-outbound_types .ask")
        assert violations(page) == []
