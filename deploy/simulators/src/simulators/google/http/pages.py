"""Google's pages for people: each account's calendars to see and edit."""

from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from simulators.frame.http.pages import Brand, Line, Pages, Shown
from simulators.google.domain import times
from simulators.google.domain.account.accounts import Account
from simulators.google.domain.events.calendar import Calendar, Event
from simulators.google.domain.lists import listing, queries
from simulators.google.http.person_api import Person, seed
from simulators.google.http.simulator import Simulator

_SHOWN = 200


PAGES = Pages(Brand("Google", "Google Calendar", "Sign in to Google Accounts", "/o/oauth2/v2/auth"))


def pages_router(simulator: Simulator) -> APIRouter:
    """`/` and the forms on it."""
    router = APIRouter(include_in_schema=False)
    person = Person(simulator)

    @router.get("/")
    async def home(account: str = "") -> HTMLResponse:
        world = simulator.world
        chosen = world.accounts.get(account.lower()) or next(iter(world.accounts.values()), None)
        shown = _calendars(simulator, chosen) if chosen else []
        return PAGES.home(list(world.accounts.values()), chosen, shown, world.mails[-10:])

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


def _calendars(simulator: Simulator, account: Account) -> list[Shown]:
    shown = []
    for entry in account.entries.values():
        if entry.deleted:
            continue
        calendar = simulator.world.calendars[entry.calendar]
        marks = (("primary", entry.primary), ("hidden", entry.hidden))
        about = (entry.role, calendar.time_zone, *(name for name, holds in marks if holds))
        lines = _coming(calendar, simulator.now())
        name = entry.override or calendar.summary
        shown.append(Shown(calendar.id, name, about, entry.role in {"owner", "writer"}, lines))
    return shown


def _coming(calendar: Calendar, now: datetime) -> list[Line]:
    asked = {
        "timeMin": now.isoformat(),
        "singleEvents": True,
        "orderBy": "startTime",
        "timeMax": (now + timedelta(days=60)).isoformat(),
    }
    query = queries.parse(asked, _SHOWN)
    page = listing.list_events(calendar, query, now, listing.Quirks())
    return [_line(event, calendar) for event in page.items]


def _line(event: Event, calendar: Calendar) -> Line:
    start = times.instant(event["start"], calendar.time_zone)
    end = times.instant(event["end"], calendar.time_zone)
    zone = times.zone_named(calendar.time_zone)
    return Line(
        id=event["id"],
        title=event.get("summary") or "(no title)",
        start=start.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
        minutes=int((end - start).total_seconds() // 60),
        all_day=times.is_all_day(event["start"]),
        in_series="recurringEventId" in event,
        guests=tuple(f"{one['email']} ({one['responseStatus']})" for one in event.get("attendees", ())),
    )
