"""axe finds nothing wrong with any state of the page, in both languages and both themes, down to 320 pixels."""

from typing import TYPE_CHECKING

import pytest

from tests.pages.calendar_sync.looking import opened, violations
from tests.pages.calendar_sync.world import HOME, User, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LOOKS = [
    {"locale": "en-GB", "color_scheme": "light"},
    {"locale": "pl-PL", "color_scheme": "dark"},
    {"locale": "pl-PL", "color_scheme": "light", "viewport": {"width": 320, "height": 700}},
    {"locale": "en-GB", "color_scheme": "dark", "viewport": {"width": 320, "height": 700}},
]


@pytest.fixture(scope="module")
def connected(world: World) -> User:
    """Somebody in sync, with some traffic."""
    ann = world.user()
    ann.connect()
    ann.activities(3)
    world.elapse(30)
    return ann


@pytest.fixture(scope="module")
def deciding(world: World) -> User:
    """Somebody whose many deletions wait for his word."""
    ann = world.user()
    ann.connect()
    ann.activities(22)
    world.elapse(60)
    with ann.api(1) as api:
        api.patch(f"/v1/connections/{ann.connection()['id']}", json={"outbound_types": ["call"]}).raise_for_status()
    world.elapse(20)
    assert ann.connection()["status"] == "needs_confirmation"
    return ann


@pytest.fixture(scope="module")
def connecting(world: World) -> User:
    """Somebody who has not signed in yet."""
    ann = world.user()
    with ann.api(1) as api:
        api.post("/v1/connections", json={"provider": "google", "email": ann.email}).raise_for_status()
    return ann


@pytest.fixture(scope="module")
def by_password(world: World) -> User:
    """Somebody with an Exchange mailbox."""
    ann = world.user()
    ann.connect("exchange")
    return ann


@pytest.mark.parametrize("look", LOOKS, ids=["english-light", "polish-dark", "polish-narrow", "english-dark-narrow"])
def test_axe_finds_nothing(
    world: World,
    browser: "Browser",
    look: dict[str, object],
    connected: User,
    deciding: User,
    connecting: User,
    by_password: User,
) -> None:
    nobody = world.user()
    states = [
        (nobody, HOME),
        (nobody, f"{HOME}?problem=account_mismatch"),
        (nobody, f"{HOME}/add/google"),
        (nobody, f"{HOME}/add/exchange"),
        (nobody, f"{HOME}/nowhere"),
        (connecting, HOME),
        (connected, f"{HOME}?connection=1"),
        (connected, f"{HOME}/stop"),
        (deciding, HOME),
        (by_password, f"{HOME}/reconnect"),
    ]
    found = {}
    for user, path in states:
        with opened(browser, user, path, **look) as page:
            for details in page.locator("details").all():
                details.evaluate("one => { one.open = true }")
            if wrong := violations(page):
                found[path] = wrong
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), f"{path} is too wide"
    assert found == {}


def test_axe_finds_nothing_in_refusals_and_questions(world: World, browser: "Browser", connected: User) -> None:
    with opened(browser, connected, HOME) as page:
        page.fill("#horizon_days", "0")
        page.locator("#horizon_days").blur()
        page.wait_for_selector("#refused-horizon_days:has-text('730')")
        page.locator("#type-task").uncheck()
        page.wait_for_selector("#setting-outbound_types .ask")
        assert violations(page) == []
