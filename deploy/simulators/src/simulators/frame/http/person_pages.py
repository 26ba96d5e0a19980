"""`/`: an account's calendars for a person to see, and the forms on that page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from simulators.frame.http.pages import Pages, Shown
from simulators.frame.http.person_api import Person

#: How far ahead the page shows a calendar, and how many events of it at the most.
AHEAD, MOST_LINES = timedelta(days=60), 200
_MAILS = 10
Json = dict[str, Any]


def person_pages(pages: Pages, person: Person[Any, Any], shown: Callable[[Any], list[Shown]]) -> APIRouter:
    """Return the routes of the page; `shown` lists an account's calendars with what comes in them."""
    router = APIRouter(include_in_schema=False)
    world = person.simulator.world

    @router.get("/")
    async def home(account: str = "") -> HTMLResponse:
        chosen = world.accounts.get(account.lower()) or next(iter(world.accounts.values()), None)
        calendars = shown(chosen) if chosen else []
        return pages.home(list(world.accounts.values()), chosen, calendars, world.mails[-_MAILS:])

    @router.post("/person/{act}")
    async def act(act: str, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        _act(person, act, form)
        return RedirectResponse(f"/?account={form['account']}", 303)

    return router


def _act(person: Person[Any, Any], act: str, form: dict[str, str]) -> None:
    email = form["account"]
    calendar = person.calendar(email, form["calendar"])
    zone = person.time_zone(email, calendar)
    if act == "create":
        person.create(email, calendar, {"summary": form.get("summary", ""), **_times(form, zone, person.time_extra)})
    elif act == "move":
        person.edit(email, calendar, form["event"], _times(form, zone, person.time_extra), "this")
    elif act == "delete":
        person.remove(email, calendar, form["event"], "this")


def _times(form: dict[str, str], zone: str, extra: Json) -> Json:
    start = datetime.fromisoformat(form["start"])
    end = start + timedelta(minutes=int(form.get("minutes", "60")))
    return {
        name: {"dateTime": moment.isoformat(), "timeZone": zone, **extra}
        for name, moment in (("start", start), ("end", end))
    }
