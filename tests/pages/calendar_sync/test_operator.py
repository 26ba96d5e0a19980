"""The operator's page: how the company's connections stand, for who administers it and for nobody else."""

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.pages.calendar_sync.looking import LANGUAGES, opened, wrong_in_any_look
from tests.pages.calendar_sync.world import User, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

OPERATOR = "/operator"
COMPANY = "operated"


@pytest.fixture(scope="module")
def troubled(world: World) -> User:
    """A colleague whose consent was withdrawn, beside one in sync."""
    ann, bob = world.user(company=COMPANY), world.user(company=COMPANY)
    ann.connect()
    bob.connect()
    bob.withdraw()
    bob.activities(1)
    world.elapse(60)
    assert bob.connection()["status"] == "needs_reauth"
    return bob


@pytest.fixture(scope="module")
def admin(world: World) -> User:
    """The company's administrator."""
    return world.user(company=COMPANY, role="admin")


def test_says_who_needs_somebody_and_what_to_do(troubled: User, admin: User) -> None:
    with admin.session() as http:
        text = http.get(OPERATOR).text
    assert troubled.email in text
    assert "The user signs in again" in text
    assert "2 connections" in text


@pytest.mark.parametrize("path", [OPERATOR, f"{OPERATOR}/overview"])
def test_is_the_administrator_s_alone(world: World, troubled: User, path: str) -> None:
    with troubled.session() as http:
        assert http.get(path).status_code == 403
    assert httpx.get(f"{world.connector}{path}", timeout=60).status_code == 401
    with world.user(company="globex", role="admin").session() as http:
        answer = http.get(path)
    assert (answer.status_code, troubled.email in answer.text) == (200, False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(browser: "Browser", troubled: User, admin: User, language: str) -> None:
    with opened(browser, admin, OPERATOR, locale=language) as page:
        assert troubled.email in page.content()
        assert wrong_in_any_look(page) == []
