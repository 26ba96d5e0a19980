"""The preferences page in a browser: connecting, settings, deciding, stopping, coming back."""

import re
from typing import TYPE_CHECKING

import pytest

from sandbox.clients import EXCHANGE_PASSWORD
from tests.pages.calendar_sync.looking import opened
from tests.pages.calendar_sync.states import out_of_reach
from tests.pages.calendar_sync.world import HOME, User, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def saved(page: "Page", name: str) -> None:
    page.wait_for_selector(f"#said-{name}:has-text('Saved')")


def consent(page: "Page", user: User) -> None:
    """Agree at the simulated provider and come back."""
    page.locator("a[href*='/oauth/begin']").click()
    page.wait_for_url(re.compile("oauth|authorize"))
    page.goto(f"{page.url}&sim_approve={user.email}")
    page.wait_for_url(re.compile(HOME))


@pytest.mark.parametrize("provider", ["google", "outlook", "office365"])
def test_a4_connects_by_signing_in_at_the_provider(world: World, browser: "Browser", provider: str) -> None:
    ann = world.user()
    ann.sign_up(provider)
    with opened(browser, ann, HOME) as page:
        assert page.get_by_text("IMAP and POP are not supported").is_visible()
        page.locator(f"a[href$='/add/{provider}']").click()
        page.get_by_label("E-mail address").fill(ann.email)
        page.get_by_role("button", name="Go on").click()
        consent(page, ann)
        assert page.get_by_text("The calendar account is connected.").is_visible()
        page.wait_for_selector("#status h2:has-text('In sync')")  # the card looks again by itself
        assert page.locator("#status[hx-get]").count() == 0  # and no more
    assert ann.connection()["status"] == "in_sync"


def test_a4_connects_an_exchange_mailbox_by_its_password(world: World, browser: "Browser") -> None:
    ann = world.user()
    ann.sign_up("exchange")
    with opened(browser, ann, f"{HOME}/add/exchange") as page:
        page.get_by_label("E-mail address").fill(ann.email)
        page.get_by_label("Password").fill("wrong")
        page.get_by_text("User name and server").click()
        page.get_by_label("Server", exact=True).fill(f"{world.url(12)}/EWS/Exchange.asmx")
        page.get_by_role("button", name="Connect").click()
        assert page.locator("#password-problem").inner_text().startswith("The server does not take")
        assert page.get_by_label("Password").input_value() == ""
        assert page.get_by_label("E-mail address").input_value() == ann.email
        page.get_by_label("Password").fill(EXCHANGE_PASSWORD)
        page.get_by_role("button", name="Connect").click()
        page.wait_for_selector("#status h2:has-text('In sync')")


@pytest.mark.parametrize(("same_site", "heading"), [("Lax", "In sync"), ("Strict", "signed out of the CRM")])
def test_a4_comes_back_from_another_site_only_with_a_lax_session(
    world: World, browser: "Browser", same_site: str, heading: str
) -> None:
    ann = world.user()
    ann.sign_up("google")
    with opened(browser, None, "about:blank") as page:
        page.context.add_cookies([ann.cookie | {"sameSite": same_site}])
        page.goto(f"{world.connector}{HOME}/add/google")
        page.get_by_label("E-mail address").fill(ann.email)
        page.get_by_role("button", name="Go on").click()
        page.locator("a[href*='/oauth/begin']").click()
        page.wait_for_url(re.compile("authorize|auth"))
        page.goto(page.url.replace("127.0.0.1", "localhost", 1))  # the provider, as another site than ours
        page.select_option("select[name=account]", ann.email)
        page.get_by_role("button", name="Allow").click()
        page.wait_for_url(re.compile(f"127.0.0.1:[0-9]+{HOME}"))
        page.wait_for_selector(f"main:has-text('{heading}')")
    world.elapse(20)
    assert ann.connection()["status"] == "in_sync"


def test_a4_says_what_a_sign_in_came_to(world: World, browser: "Browser") -> None:
    with opened(browser, world.user(), f"{HOME}?problem=access_denied") as page:
        assert "Access was not granted" in page.get_by_role("alert").all_inner_texts()[-1]


def test_c4_every_setting_saves_itself(world: World, browser: "Browser") -> None:
    ann = world.user()
    ann.connect()
    with opened(browser, ann, HOME) as page:
        for name, value in (
            ("private_events", "skip"),
            ("inbound_visibility", "owner"),
            ("on_event_deleted", "keep"),
            ("backfill", "none"),
        ):
            page.locator(f"#{name}-{value}").check()
            saved(page, name)
        for name in ("include_context", "invite_guests"):
            page.locator(f"#{name}").check()
            saved(page, name)
        page.select_option("#inbound_type", "call")
        saved(page, "inbound_type")
        page.select_option("#timezone", "Asia/Tokyo")
        saved(page, "timezone")
        page.fill("#horizon_days", "90")
        page.locator("#horizon_days").blur()
        saved(page, "horizon_days")
        page.locator("#type-lunch").uncheck()
        saved(page, "outbound_types")
        page.locator("#direction-one_way").check()
        saved(page, "direction")
        page.wait_for_selector("#inbound_type", state="detached")  # C2: exists in two-way only
    now = ann.connection()
    wanted = {
        "private_events": "skip",
        "inbound_visibility": "owner",
        "on_event_deleted": "keep",
        "backfill": "none",
        "include_context": True,
        "invite_guests": True,
        "timezone": "Asia/Tokyo",
        "horizon_days": 90,
        "direction": "one_way",
        "outbound_types": ["call", "meeting", "task", "deadline", "email"],
    }
    assert {name: now[name] for name in wanted} == wanted


def test_c4_a_refused_value_says_why_and_is_put_back(world: World, browser: "Browser") -> None:
    ann = world.user()
    ann.connect()
    with opened(browser, ann, HOME) as page:
        page.fill("#horizon_days", "0")
        page.locator("#horizon_days").blur()
        page.wait_for_selector("#refused-horizon_days:has-text('from 1 to 730')")
        assert page.locator("#horizon_days").input_value() == "180"
        page.fill("#horizon_days", "10")
        page.locator("#horizon_days").blur()
        saved(page, "horizon_days")
        assert page.locator("#refused-horizon_days").inner_text() == ""


def test_c4_the_last_of_three_quick_changes_counts(world: World, browser: "Browser") -> None:
    ann = world.user()
    ann.connect()
    with opened(browser, ann, HOME) as page:
        for value in ("public", "skip", "public", "skip"):
            page.locator(f"#private_events-{value}").check()
        page.wait_for_load_state("networkidle")
        assert page.locator("#private_events-skip").is_checked()
        assert page.locator("#refused-private_events").inner_text() == ""
    assert ann.connection()["private_events"] == "skip"


def test_c4_two_tabs_do_not_overwrite_each_other(world: World, browser: "Browser") -> None:
    ann = world.user()
    ann.connect()
    with opened(browser, ann, HOME) as one, opened(browser, ann, HOME) as other:
        one.locator("#private_events-public").check()
        saved(one, "private_events")
        other.locator("#inbound_visibility-owner").check()
        saved(other, "inbound_visibility")  # another setting is no conflict
        other.locator("label[for=private_events-skip]").click()  # `check` would click again when it is put back
        other.wait_for_selector("#refused-private_events:has-text('another window')")
        assert other.locator("#private_events-public").is_checked()
    assert ann.connection()["private_events"] == "public"


def test_c5_h4_asks_before_events_are_removed_and_again_where_they_are_many(world: World, browser: "Browser") -> None:
    ann = world.user()
    ann.connect()
    ann.activities(25)
    world.elapse(60)
    with opened(browser, ann, HOME) as page:
        page.locator("#type-task").uncheck()
        page.wait_for_selector("#setting-outbound_types .ask:has-text('25 events leave your calendar')")
        assert "task" in ann.connection()["outbound_types"]
        page.locator(".ask a").click()
        page.wait_for_selector("#type-task:checked")
        page.locator("#type-task").uncheck()
        page.get_by_role("button", name="Do it").click()
        saved(page, "outbound_types")
        world.elapse(20)
        page.reload()
        assert page.locator("#status h2").inner_text() == "We need your decision"
        assert page.locator("#brake tbody tr").count() == 25
        page.get_by_role("button", name="Restore them").click()
        world.elapse(20)
        page.reload()
        assert page.locator("#type-task").is_checked()
        assert page.locator("#brake").count() == 0


def test_a6_k1_k2_reconnects_stops_and_connects_again(world: World, browser: "Browser") -> None:
    ann = world.user()
    ann.connect()
    ann.activities(2)
    world.elapse(30)
    ann.withdraw()
    with ann.api(1) as api:
        api.post(f"/v1/connections/{ann.connection()['id']}/resync", json={})
    world.elapse(30)
    with opened(browser, ann, HOME) as page:
        page.wait_for_selector("#status h2:has-text('Please sign in again')")
        page.get_by_role("button", name="Reconnect").click()
        consent(page, ann)
        page.wait_for_selector("#status h2:has-text('In sync')")
        page.wait_for_selector("#chart svg")
        page.locator("a[href$='/stop']").click()
        assert "2 items" in page.locator("#remove-events-hint").inner_text()
        page.locator("#remove-events").check()
        page.get_by_role("button", name="Stop the sync").click()
        page.wait_for_selector("a[href$='/add/google']")
        assert page.get_by_text("is stopped").is_visible()
    assert ann.connection()["status"] == "stopped"


def test_a9_another_calendar_is_chosen_in_place_of_a_deleted_one(world: World, browser: "Browser") -> None:
    ann = out_of_reach(world)
    with opened(browser, ann, HOME) as page:
        assert page.locator("#calendar_id option:checked").inner_text() == "The chosen calendar is out of reach"
        page.select_option("#calendar_id", ann.email)
        saved(page, "calendar_id")
    world.elapse(30)
    assert (ann.connection()["calendar_id"], ann.connection()["status"]) == (ann.email, "in_sync")


def test_all_of_it_works_without_scripts(world: World, browser: "Browser") -> None:
    ann = world.user()
    ann.sign_up("google")
    with opened(browser, ann, HOME, java_script_enabled=False) as page:
        page.locator("a[href$='/add/google']").click()
        page.get_by_label("E-mail address").fill(ann.email)
        page.get_by_role("button", name="Go on").click()
        consent(page, ann)
        world.elapse(20)
        page.locator("#direction-one_way").check()
        page.locator("#setting-direction").get_by_role("button", name="Save").click()
        assert page.locator("#said-direction").inner_text() == "Saved"
        page.fill("#horizon_days", "1000")
        page.locator("#setting-horizon_days").get_by_role("button", name="Save").click()
        assert "from 1 to 730" in page.locator("#refused-horizon_days").inner_text()
        page.get_by_role("button", name="Polski").click()
        page.locator("a[href$='/stop']").click()
        page.get_by_role("button", name="Zatrzymaj synchronizację").click()
        world.elapse(10)
        page.reload()
        assert page.get_by_text("jest zatrzymana").is_visible()
    assert ann.connection()["status"] == "stopped"


def test_all_of_it_works_by_keyboard(world: World, browser: "Browser") -> None:
    ann = world.user()
    ann.connect()
    with opened(browser, ann, HOME) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.name") == "private_events":
                break
        page.keyboard.press("ArrowDown")
        saved(page, "private_events")
        assert page.evaluate("document.activeElement.id") == "private_events-public"  # the focus stays
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        saved(page, "inbound_visibility")
    now = ann.connection()
    assert (now["private_events"], now["inbound_visibility"]) == ("public", "owner")
