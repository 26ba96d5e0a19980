"""The pages for people: the consent page, and each account's calendars to see and edit."""

from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, RedirectResponse

from sandbox.google.domain import listing, queries, times
from sandbox.google.domain.accounts import Account
from sandbox.google.domain.calendar import Calendar, Event
from sandbox.google.edge.person_api import Person, seed
from sandbox.google.edge.simulator import Simulator

_SHOWN = 200


def _template(name: str) -> str:
    return (files("sandbox.google") / "templates" / name).read_text("utf-8")


_PAGES = Environment(
    loader=FunctionLoader(_template),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
)


def consent_page(asked: dict[str, str], accounts: list[Account]) -> HTMLResponse:
    """Let the person choose an account: the query travels on as hidden fields."""
    hint = asked.get("login_hint", "").lower()
    page = _PAGES.get_template("consent.html")
    return HTMLResponse(page.render(asked=asked, accounts=accounts, hint=hint))


def problem_page(problem: str) -> HTMLResponse:
    """Google's "Access blocked" page."""
    return HTMLResponse(_PAGES.get_template("problem.html").render(problem=problem), 400)


def pages_router(simulator: Simulator) -> APIRouter:
    """`/` and the forms on it."""
    router = APIRouter(include_in_schema=False)
    person = Person(simulator)

    @router.get("/")
    async def home(account: str = "") -> HTMLResponse:
        world = simulator.world
        chosen = world.accounts.get(account.lower()) or next(iter(world.accounts.values()), None)
        page = _PAGES.get_template("home.html")
        return HTMLResponse(
            page.render(
                accounts=list(world.accounts.values()),
                chosen=chosen,
                calendars=_calendars(simulator, chosen) if chosen else [],
                mails=world.mails[-10:],
            )
        )

    @router.post("/person/{act}")
    async def act(act: str, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        email, calendar_id = form["account"], form["calendar"]
        calendar = person.calendar(email, calendar_id)
        if act == "create":
            event = {"summary": form.get("summary", "")} | _when(form, calendar)
            person.done(seed(calendar, event, person.act(email)), "insert")
        elif act == "move":
            person.edit(email, calendar_id, form["event"], _when(form, calendar), "this")
        elif act == "delete":
            person.remove(email, calendar_id, form["event"], "this")
        return RedirectResponse(f"/?account={email}", 303)

    return router


def _when(form: dict[str, str], calendar: Calendar) -> Event:
    start = datetime.fromisoformat(form["start"])
    end = start + timedelta(minutes=int(form.get("minutes", "60")))
    return {
        name: {"dateTime": moment.isoformat(), "timeZone": calendar.time_zone, "date": None}
        for name, moment in (("start", start), ("end", end))
    }


def _calendars(simulator: Simulator, account: Account) -> list[dict[str, Any]]:
    shown = []
    for entry in account.entries.values():
        if entry.deleted:
            continue
        calendar = simulator.world.calendars[entry.calendar]
        coming = _coming(calendar, simulator.now())
        shown.append({"entry": entry, "calendar": calendar, "events": coming})
    return shown


def _coming(calendar: Calendar, now: datetime) -> list[dict[str, Any]]:
    asked = {
        "timeMin": now.isoformat(),
        "singleEvents": True,
        "orderBy": "startTime",
        "timeMax": (now + timedelta(days=60)).isoformat(),
    }
    query = queries.parse(asked, _SHOWN)
    page = listing.list_events(calendar, query, now, listing.Quirks())
    return [_line(event, calendar) for event in page.items]


def _line(event: Event, calendar: Calendar) -> dict[str, Any]:
    start = times.instant(event["start"], calendar.time_zone)
    end = times.instant(event["end"], calendar.time_zone)
    zone = times.zone_named(calendar.time_zone)
    return {
        "event": event,
        "all_day": times.is_all_day(event["start"]),
        "start": start.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
        "minutes": int((end - start).total_seconds() // 60),
        "title": event.get("summary") or "(no title)",
    }
