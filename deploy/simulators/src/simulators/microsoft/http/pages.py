"""Outlook's pages for people: each account's calendars to see and edit."""

from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from simulators.frame.http.pages import Brand, Line, Pages, Shown
from simulators.microsoft.domain import ids, zones
from simulators.microsoft.domain.account.accounts import WRITERS, Account
from simulators.microsoft.domain.call import found_in
from simulators.microsoft.domain.events import person
from simulators.microsoft.domain.events.calendar import Calendar, Item
from simulators.microsoft.http.person_api import Person
from simulators.microsoft.http.simulator import Simulator

PAGES = Pages(Brand("Microsoft", "Outlook Calendar", "Sign in to your account", "/common/oauth2/v2.0/authorize"))
_SHOWN, _AHEAD = 200, timedelta(days=60)


def pages_router(simulator: Simulator) -> APIRouter:
    """`/` and the forms on it."""
    router = APIRouter(include_in_schema=False)
    who = Person(simulator)

    @router.get("/")
    async def home(account: str = "") -> HTMLResponse:
        world = simulator.world
        chosen = world.accounts.get(account.lower()) or next(iter(world.accounts.values()), None)
        shown = _calendars(simulator, chosen) if chosen else []
        return PAGES.home(list(world.accounts.values()), chosen, shown, world.mails[-10:])

    @router.post("/person/{act}")
    async def act(act: str, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        email, calendar = form["account"], who.calendar(form["account"], form["calendar"])
        zone = simulator.world.account(email).time_zone
        if act == "create":
            event = {"summary": form.get("summary", "")} | _when(form, zone)
            who.done(person.create(calendar, event, who.act(email)))
        elif act == "move":
            who.done(person.edit(calendar, form["event"], _when(form, zone), "this", who.act(email)))
        elif act == "delete":
            who.done(person.remove(calendar, form["event"], "this", who.act(email)))
        return RedirectResponse(f"/?account={email}", 303)

    return router


def _when(form: dict[str, str], zone: str) -> dict[str, dict[str, str]]:
    start = datetime.fromisoformat(form["start"])
    end = start + timedelta(minutes=int(form.get("minutes", "60")))
    return {name: {"dateTime": one.isoformat(), "timeZone": zone} for name, one in (("start", start), ("end", end))}


def _calendars(simulator: Simulator, account: Account) -> list[Shown]:
    shown = []
    for calendar_id, entry in account.entries.items():
        if entry.deleted:
            continue
        calendar = simulator.world.calendars[entry.calendar]
        about = (entry.role, account.time_zone, *(["default"] if entry.default else []))
        lines = _coming(calendar, simulator.now(), account.time_zone)
        shown.append(Shown(calendar_id, calendar.name, about, entry.role in WRITERS, lines))
    return shown


def _coming(calendar: Calendar, now: datetime, zone: str) -> list[Line]:
    return [_line(item, zone) for item in found_in(calendar, now, now + _AHEAD)[:_SHOWN]]


def _line(item: Item, zone: str) -> Line:
    all_day = bool(item.fields["isAllDay"])
    local = item.start.local if all_day else item.start.instant.astimezone(zones.zone(zone))
    guests = [(one["emailAddress"]["address"], one["status"]["response"]) for one in item.fields["attendees"]]
    return Line(
        id=ids.item_id(ids.Ref(item.master or item.key, item.day), item.folder, immutable=True),
        title=item.fields["subject"] or "(no title)",
        start=f"{local:%Y-%m-%dT%H:%M}",
        minutes=int((item.end.instant - item.start.instant).total_seconds() // 60),
        all_day=all_day,
        in_series=item.master is not None,
        guests=tuple(f"{address} ({answer})" for address, answer in guests),
    )
