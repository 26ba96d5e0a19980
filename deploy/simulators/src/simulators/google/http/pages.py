"""Google's pages for people: each account's calendars to see and edit."""

from datetime import datetime

from fastapi import APIRouter

from simulators.frame.http.pages import Brand, Line, Pages, Shown
from simulators.frame.http.person_pages import AHEAD, MOST_LINES, person_pages
from simulators.google.domain import times
from simulators.google.domain.account.accounts import Account
from simulators.google.domain.events.calendar import Calendar, Event
from simulators.google.domain.lists import listing, queries
from simulators.google.http.person_api import GooglePerson
from simulators.google.http.simulator import Simulator

PAGES = Pages(Brand("Google", "Google Calendar", "Sign in to Google Accounts"))


def pages_router(simulator: Simulator) -> APIRouter:
    """Return `/` and the forms on it."""
    return person_pages(PAGES, GooglePerson(simulator), lambda account: _calendars(simulator, account))


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
        "timeMax": (now + AHEAD).isoformat(),
    }
    query = queries.parse(asked, MOST_LINES)
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
