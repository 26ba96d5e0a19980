"""The week page in a real browser: every change by mouse, by keyboard and without JavaScript, live, for everybody."""

from datetime import date, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, FloatRect, Locator, Page, expect

from sandbox.clients import Json
from tests.pages.week.browsers import LANGUAGES, THEMES, Browsing, Theme, browsing
from tests.support.sandboxes import Sandbox
from tests.support.stories import World, connected, day
from tests.support.waiting import wait_until

BERLIN = "Europe/Berlin"
NEXT = day(7)
MONDAY = NEXT - timedelta(days=NEXT.weekday())


def at(subject: str, number: int, time: str, **fields: Any) -> Json:
    """Return an activity on a weekday of next week (0: Monday; `time` in UTC)."""
    when = {"due_date": str(MONDAY + timedelta(days=number)), "due_time": time, "duration": "01:00"}
    return {"subject": subject, "type": "call", "timezone": BERLIN} | when | fields


def event(page: Page, subject: str) -> Any:
    """Return an activity in the week's grid."""
    return page.locator("#calendar a.event").filter(has=page.locator(".title", has_text=subject))


async def shown(tab: Browsing, *, view: str = "week", on: date = MONDAY) -> Page:
    """Open next week, and wait until it is live."""
    await tab.open(f"/activities?date={on}&view={view}")
    await expect(tab.page.locator("#live")).to_have_class("on")
    return tab.page


async def stored(company: World, activity_id: str, **fields: object) -> None:
    """Wait until the store has these values."""
    await company.activity_becomes(activity_id, **fields)


async def test_create_edit_done_and_delete_in_the_dialog(browser: Browser, company: World, week: str) -> None:
    async with browsing(browser, company, week) as tab:
        page = await shown(tab)
        await page.get_by_role("link", name="New activity").click()
        await page.get_by_label("Title").fill("Visit Nordwind")
        await page.get_by_label("Date").fill(str(MONDAY))
        await page.get_by_label("Starts").fill("10:00")
        await page.get_by_role("button", name="Create").click()
        await expect(event(page, "Visit Nordwind")).to_be_visible()

        await event(page, "Visit Nordwind").click()
        await page.get_by_label("Title").fill("Visit Südwind")
        await page.get_by_label("Done").check()
        await page.get_by_role("button", name="Save").click()
        await expect(event(page, "Visit Südwind")).to_contain_class("is-done")
        (made,) = await company.sales.activities()
        assert (made["subject"], made["done"], made["due_time"]) == ("Visit Südwind", True, "09:00")

        await event(page, "Visit Südwind").click()
        await page.get_by_text("Delete…").click()
        await page.get_by_role("button", name="Delete this activity").click()
        await expect(event(page, "Visit Südwind")).to_have_count(0)
        assert await company.sales.activity(made["id"]) is None


async def test_f8_a_drag_moves_to_another_day_and_time_and_into_the_all_day_lane(
    browser: Browser, company: World, week: str
) -> None:
    made = await company.sales.add(**at("Drag me", 0, "09:00", duration="02:30"))
    async with browsing(browser, company, week) as tab:
        page = await shown(tab)
        box = await box_of(event(page, "Drag me"))
        other = await box_of(page.locator(f'#calendar [data-date="{MONDAY + timedelta(days=2)}"]').last)
        hour = box["height"] / 2.5
        await drag(page, (box["x"] + 20, box["y"] + 6), (other["x"] + 20, box["y"] + 6 + hour))
        await stored(company, made["id"], due_date=str(MONDAY + timedelta(days=2)), due_time="10:00", duration="02:30")
        box, lane = await box_of(event(page, "Drag me")), await box_of(page.get_by_text("all day", exact=True))
        await drag(page, (box["x"] + 20, box["y"] + 6), (box["x"] + 20, lane["y"] + lane["height"] / 2))
        await stored(company, made["id"], due_date=str(MONDAY + timedelta(days=2)), due_time=None, duration=None)


async def test_f8_a_drag_of_its_end_makes_it_longer_and_shorter_also_over_a_change_of_the_clocks(
    browser: Browser, company: World, week: str
) -> None:
    sunday = {"due_date": "2026-10-24", "due_time": "23:00", "timezone": BERLIN, "duration": "01:00"}  # 01:00 there
    made = await company.sales.add(subject="Night train", type="call", **sunday)
    async with browsing(browser, company, week) as tab:
        page = await shown(tab, on=date(2026, 10, 25))
        await page.locator("#calendar").evaluate("one => one.querySelector('[style*=auto]').scrollTo(0, 0)")
        hour = (await box_of(event(page, "Night train")))["height"]
        for hours, length in (
            (2, "04:00"),
            (-2, "01:00"),
        ):  # to 04:00 by the clocks, which showed 02:00 twice; and back
            await drag_the_end(page, "Night train", hours * hour)
            await stored(company, made["id"], due_date="2026-10-24", due_time="23:00", duration=length)


async def drag_the_end(page: Page, subject: str, by: float) -> None:
    """Take hold of the lower edge."""
    await event(page, subject).hover()
    box = await box_of(event(page, subject))
    edge = (box["x"] + box["width"] / 2, box["y"] + box["height"] - 2)
    await drag(page, edge, (edge[0], edge[1] + by))


async def test_d4_what_has_no_date_is_below_the_week_and_follows_live(
    browser: Browser, company: World, week: str
) -> None:
    async with browsing(browser, company, week) as tab:
        page = await shown(tab)
        made = await company.sales.add(subject="Some day", type="task")
        await expect(page.locator("#undated").get_by_role("link", name="Some day")).to_be_visible()
        await company.sales.change(made["id"], **at("Some day", 1, "09:00"))
        await expect(event(page, "Some day")).to_be_visible()
        await expect(page.locator("#undated")).to_be_empty()


async def box_of(locator: Locator) -> FloatRect:
    """Return where an element is, as soon as it is: what the server tells draws it anew."""

    async def look() -> FloatRect | None:
        return await locator.bounding_box()

    found: FloatRect = await wait_until(look, awaited="the element to be drawn")
    return found


async def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag as a hand does: the grid takes no jump."""
    await page.mouse.move(*start)
    await page.mouse.down()
    await page.mouse.move(start[0] + 6, start[1] + 6, steps=3)
    await page.mouse.move(*end, steps=12)
    await page.mouse.up()


async def test_e2_what_is_locked_cannot_be_dragged_and_says_why(browser: Browser, synced: World, week: str) -> None:
    start, end = (f"{MONDAY}T{hour}:00:00" for hour in ("10", "11"))
    series = {"start": {"dateTime": start, "timeZone": BERLIN}, "end": {"dateTime": end, "timeZone": BERLIN}}
    await synced.calendar.add(summary="Team meeting", recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"], **series)
    async with browsing(browser, synced, week) as tab:
        page = await shown(tab)
        await expect(event(page, "Team meeting")).to_be_visible()
        await event(page, "Team meeting").click()
        await expect(page.get_by_text("It comes from a recurring event")).to_be_visible()
        await expect(page.get_by_label("Title")).to_be_disabled()
        await expect(page.get_by_label("Note")).to_be_enabled()


async def test_moving_by_keyboard_goes_through_the_form(browser: Browser, company: World, week: str) -> None:
    made = await company.sales.add(**at("Keys only", 1, "09:00"))
    async with browsing(browser, company, week) as tab:
        page = await shown(tab)
        await expect(event(page, "Keys only")).to_be_visible()
        await tab_to(page, "Keys only")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await tab_to(page, "", label="wall")
        await page.keyboard.type("1130")
        await page.keyboard.press("Enter")
        await stored(company, made["id"], due_time="10:30", duration="01:00")
        await expect(page.get_by_role("dialog")).to_be_hidden()


async def tab_to(page: Page, text: str, label: str = "") -> None:
    """Press Tab until the focus is where it is wanted."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate(
            "([text, name]) => name ? document.activeElement.name === name"
            " : document.activeElement.matches('a.event') && document.activeElement.textContent.includes(text)",
            [text, label],
        ):
            return
    raise AssertionError(f"{text or label} is not reached by Tab")


async def test_the_list_works_without_javascript(browser: Browser, company: World, week: str) -> None:
    async with browsing(browser, company, week, java_script_enabled=False) as tab:
        await tab.open(f"/activities?date={MONDAY}")
        page = tab.page
        await page.get_by_role("link", name="New activity").click()
        await page.get_by_label("Title").fill("No script")
        await page.get_by_label("Date").fill(str(MONDAY))
        await page.get_by_label("Starts").fill("10:00")
        await page.get_by_role("button", name="Create").click()
        await page.get_by_role("button", name="Done: No script").click()
        await expect(page.get_by_role("button", name="Not done: No script")).to_be_visible()
        await page.get_by_role("link", name="No script").click()
        await page.get_by_label("Starts").fill("15:00")
        await page.get_by_role("button", name="Save").click()
        (made,) = await company.sales.activities()
        assert (made["done"], made["due_time"]) == (True, "14:00")
        await page.get_by_role("link", name="No script").click()
        await page.get_by_text("Delete…").click()
        await page.get_by_role("button", name="Delete this activity").click()
        await expect(page.get_by_text("No script")).to_have_count(0)


async def test_what_the_calendar_changes_appears_without_a_reload(browser: Browser, synced: World, week: str) -> None:
    start, end = (f"{MONDAY}T{hour}:00:00" for hour in ("13", "14"))
    when = {"start": {"dateTime": start, "timeZone": BERLIN}, "end": {"dateTime": end, "timeZone": BERLIN}}
    async with browsing(browser, synced, week) as tab:
        page = await shown(tab)
        made = await synced.calendar.add(summary="From the calendar", **when)
        await expect(event(page, "From the calendar")).to_be_visible()
        await synced.calendar.change(made["id"], summary="Renamed there")
        await expect(event(page, "Renamed there")).to_be_visible()
        await expect(event(page, "Renamed there")).to_contain_text("In sync")
        await synced.calendar.delete(made["id"])
        await expect(event(page, "Renamed there")).to_have_count(0)


async def test_a_page_out_of_sight_holds_no_stream_and_catches_up(browser: Browser, company: World, week: str) -> None:
    made = await company.sales.add(**at("Before", 2, "09:00"))
    async with browsing(browser, company, week) as tab:
        page = await shown(tab)
        opened: list[str] = []
        page.on("request", lambda request: opened.append(request.url) if "/stream" in request.url else None)
        await page.evaluate(
            "Object.defineProperty(document, 'hidden', {get: () => window.away, configurable: true});"
            "window.away = true; document.dispatchEvent(new Event('visibilitychange'))"
        )
        await company.sales.change(made["id"], subject="After")
        await expect(event(page, "Before")).to_be_visible()
        await page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
        await expect(event(page, "After")).to_be_visible()
        assert len(opened) == 1


async def test_l1_why_names_the_reason_and_one_click_changes_the_setting(
    browser: Browser, sandbox: Sandbox, unique: str, week: str
) -> None:
    async with connected(sandbox.folder, unique, outbound_types=["task"]) as synced:
        made = await synced.sales.add(**at("Not out there", 3, "09:00"))
        await synced.decided("C1", activity_id=made["id"])
        async with browsing(browser, synced, week) as tab:
            page = await shown(tab)
            await event(page, "Not out there").click()
            await page.get_by_role("link", name="Why?").click()
            await expect(page.get_by_text("Activities of type “call” are not synced to the calendar.")).to_be_visible()
            await page.get_by_role("button", name="Select the type “call”.").click()
            await expect(page.get_by_text("The setting is changed")).to_be_visible()
            await synced.linked(made["id"])
            await expect(event(page, "Not out there")).to_contain_text("In sync")


async def test_d6_the_hour_after_the_clocks_changed_is_where_it_belongs(
    browser: Browser, company: World, week: str
) -> None:
    sunday = {"due_date": "2026-10-25", "timezone": BERLIN, "duration": "01:00"}
    await company.sales.add(subject="After the change", type="call", due_time="08:00", **sunday)
    async with browsing(browser, company, week) as tab:
        page = await shown(tab, on=date(2026, 10, 25))
        await expect(event(page, "After the change")).to_contain_text("09:00")


async def fill(company: World) -> None:
    """Put something of every kind into next week."""
    await company.sales.add(**at("Call Ben", 0, "09:00"))
    await company.sales.add(**at("Overlapping", 0, "09:30", type="meeting"))
    await company.sales.add(**at("Finished", 2, "12:00", done=True, type="deadline"))
    for kind in ("task", "email", "lunch"):
        await company.sales.add(**at(f"A {kind}", 3, "10:00", type=kind))
    await company.sales.add(subject="Fair", type="meeting", due_date=str(MONDAY + timedelta(days=1)), duration="48:00")
    await company.sales.add(subject="Some day", type="task")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", THEMES)
async def test_axe_finds_nothing_in_any_state(
    browser: Browser, company: World, week: str, theme: Theme, language: str
) -> None:
    found: dict[str, list[str]] = {}
    async with browsing(browser, company, week, color_scheme=theme, locale=language) as tab:
        page = await shown(tab)
        found["empty week"] = await tab.violations()
        await fill(company)
        page = await shown(tab)
        await expect(event(page, "Call Ben")).to_be_visible()
        found["full week"] = await tab.violations()
        await event(page, "Call Ben").click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        found["editor"] = await tab.violations()
        await page.locator("dialog a[href*='/why']").click()
        await expect(page.locator("dialog .facts + *")).to_be_visible()
        found["why"] = await tab.violations()
        await shown(tab, view="list")
        found["list"] = await tab.violations()
        await tab.open("/activities/new")
        found["new"] = await tab.violations()
        await page.set_viewport_size({"width": 320, "height": 700})
        await shown(tab)
        found["320 px"] = await tab.violations()
    assert {state: wrong for state, wrong in found.items() if wrong} == {}


async def test_the_first_load_is_small(browser: Browser, company: World, week: str) -> None:
    async with browsing(browser, company, week) as tab:
        sizes: list[int] = []

        async def note(request: Any) -> None:
            sizes.append((await request.sizes())["responseBodySize"])

        tab.page.on("requestfinished", note)
        await shown(tab)

        async def counted() -> bool:
            return len(sizes) >= 8

        await wait_until(counted, awaited="the files of the page")
        assert sum(sizes) < 150_000
