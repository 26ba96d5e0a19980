"""Row p: how soon a change in the calendar is seen on the week page, and what a full week costs the browser.

The floor of a full week is a plain list of the same activities in the same words: the same browser, the same run,
layout and paint included on both sides. What is counted is the main thread's processor time, from the empty tab on, so
that others on the machine do not count. What links with a title and a start alone would cost is noted beside it.
"""

import asyncio
import shutil
from html import escape
from statistics import median
from time import perf_counter
from typing import Any

import jwt
from playwright.async_api import Browser, CDPSession, Page, ViewportSize, async_playwright

from bench.console import say
from bench.options import Options
from bench.people import sellers
from bench.results import Figure
from bench.sides import side
from bench.stand import Stand

PROGRAMS = ("chromium-headless-shell", "chromium")
_ACTIVITIES = 500
_HIDDEN = (
    "<style>.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }</style>"
)
_WINDOW: ViewportSize = {"width": 1280, "height": 900}


async def pages(stand: Stand, options: Options) -> list[Figure]:
    """Measure both; without a browser on this machine there are no figures."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        say("pages: no Chromium on this machine, so no figures")
        return []
    async with side(stand, "ours"), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            return [await _seen(stand, options, browser), await _full_week(stand, options, browser)]
        finally:
            await browser.close()


async def _seen(stand: Stand, options: Options, browser: Browser) -> Figure:
    """Return the median time from an edit in the calendar until the page shows it."""
    async with sellers(stand, "pages", 1, events=1) as (seller,):
        await seller.connect()
        (first,) = seller.events
        found = await seller.holder.event(first)
        day = str((found or {})["start"]["dateTime"])[:10]
        page = await _opened(stand, browser, seller.company, f"date={day}")
        taken = []
        for number in range(5 if options.quick else 25):
            title = f"seen {number}"
            shown = asyncio.create_task(page.wait_for_selector(f"text={title}", timeout=30_000))
            began = perf_counter()
            await seller.holder.change(first, summary=title)
            await shown
            taken.append((perf_counter() - began) * 1000)
            say(f"seen after {taken[-1]:.0f} ms")
            await asyncio.sleep(1.2)  # above the debounce of a second, so that each is on its own
        detail = {"milliseconds": [round(one) for one in taken]}
        return Figure("p", "calendar edit → week page: p50", "ms", round(median(taken), 1), None, "below 1000", detail)


async def _full_week(stand: Stand, options: Options, browser: Browser) -> Figure:
    """Return the main-thread time of a week of many activities beside that of a plain list of them."""
    number = 50 if options.quick else _ACTIVITIES
    async with sellers(stand, "full", 1, events=0) as (seller,):
        for index in range(number):
            await seller.sales.add(**_activity(index))
        page = await _opened(stand, browser, seller.company, "date=2027-03-10&view=list")
        feed = await page.evaluate("fetch(document.getElementById('week').dataset.feed).then(answer => answer.json())")
        await page.context.close()
        same = median([await _plain(browser, _same_words(feed["shown"])) for _ in range(3)])
        bare = median([await _plain(browser, _bare(feed["shown"])) for _ in range(3)])
        ours = median([await _week(stand, browser, seller.company, number) for _ in range(3)])
        what, detail = f"main thread, a week of {number} activities", {"bare links": round(bare, 1)}
        return Figure("p", what, "ms", round(ours, 1), round(same, 1), "at most 7 times", detail)


async def _week(stand: Stand, browser: Browser, company: str, number: int) -> float:
    page = await _tab(stand, browser, company)
    counted = await _counted(page)
    await _open(page, stand, "date=2027-03-10")
    await page.wait_for_function(f"document.querySelectorAll('#calendar a.event').length >= {number}")
    spent = await _main_thread(counted)
    await page.context.close()
    return spent


def _bare(entries: list[dict[str, Any]]) -> str:
    """Return a list of links to activities."""
    return "".join(f"<li><a href='#{one['id']}'>{escape(one['title'])} {one['start']}</a></li>" for one in entries)


def _same_words(entries: list[dict[str, Any]]) -> str:
    """Return a list of links that say of each activity what the week says."""
    return _HIDDEN + "".join(
        f"<li><a href='#{one['id']}'><span>{escape(one['title'])}</span> <span>{escape(one['when'])}</span>"
        f"<span class='hidden'>, {escape(', '.join(_spoken(one)))}</span></a></li>"
        for one in entries
    )


def _spoken(one: dict[str, Any]) -> list[str]:
    return [str(one[name]) for name in ("type", "standingWords", "overlap") if one[name]]


async def _plain(browser: Browser, lines: str) -> float:
    """Return what a page costs that is nothing but a list."""
    page = await (await browser.new_context(viewport=_WINDOW)).new_page()
    body = f"<!doctype html><ul>{lines}</ul>"
    await page.route("**/*", lambda route: route.fulfill(content_type="text/html", body=body))
    counted = await _counted(page)
    await page.goto("http://plain.example/")
    spent = await _main_thread(counted)
    await page.context.close()
    return spent


async def _counted(page: Page) -> CDPSession:
    """Count what the page's main thread works from now on, through every page that it opens."""
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    return session


async def _main_thread(session: CDPSession) -> float:
    """Return the milliseconds that it has worked."""
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    return next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration") * 1000


async def _opened(stand: Stand, browser: Browser, company: str, query: str) -> Page:
    """Open the week page as the company's salesperson, live."""
    page = await _tab(stand, browser, company)
    await _open(page, stand, query)
    return page


async def _open(page: Page, stand: Stand, query: str) -> None:
    await page.goto(f"{stand.urls['activity-store']}/activities?{query}")
    await page.wait_for_selector("#live.on", timeout=30_000)


async def _tab(stand: Stand, browser: Browser, company: str) -> Page:
    """Return an empty tab in which the company's salesperson is signed in."""
    home = stand.urls["activity-store"]
    context = await browser.new_context(viewport=_WINDOW)
    claims = {"sub": "7", "company_id": company, "exp": 2**31}
    token = jwt.encode(claims, stand.settings["TANDEM_JWT_SECRET"], "HS256")
    await context.add_cookies([{"name": "tandem_token", "value": token, "url": home}])
    return await context.new_page()


def _activity(index: int) -> dict[str, Any]:
    day, slot = index % 7, index // 7
    when = {"due_date": f"2027-03-{8 + day:02}", "due_time": f"{6 + slot % 14:02}:{slot // 14 % 2 * 30:02}"}
    return {"subject": f"Activity {index}", "type": "call", "duration": "00:30", "timezone": "UTC", **when}
