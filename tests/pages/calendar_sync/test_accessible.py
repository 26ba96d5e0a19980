"""axe finds nothing wrong with any state of the page, in both languages and both themes, down to 320 pixels."""

from typing import TYPE_CHECKING

import pytest

from tests.pages.calendar_sync.looking import LANGUAGES, opened, violations, wrong_in_any_look
from tests.pages.calendar_sync.states import States, pages
from tests.pages.calendar_sync.world import HOME, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def states(world: World) -> States:
    """Somebody in every state."""
    return States(world)


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(world: World, browser: "Browser", language: str, states: States) -> None:
    found = {}
    for name, user, path in pages(world, states):
        with opened(browser, user, path, locale=language) as page:
            if wrong := wrong_in_any_look(page):
                found[name] = wrong
    assert found == {}


def test_axe_finds_nothing_in_refusals_and_questions(world: World, browser: "Browser", states: States) -> None:
    with opened(browser, states["in_sync"], HOME) as page:
        page.fill("#horizon_days", "0")
        page.locator("#horizon_days").blur()
        page.wait_for_selector("#refused-horizon_days:has-text('730')")
        page.locator("#type-task").uncheck()
        page.wait_for_selector("#setting-outbound_types .ask")
        assert violations(page) == []
