"""Outlook's pages for people: each account's calendars to see and edit."""

from datetime import datetime

from fastapi import APIRouter

from simulators.frame.http.pages import Brand, Line, Pages, Shown
from simulators.frame.http.person_pages import AHEAD, MOST_LINES, person_pages
from simulators.frame.store import ids, zones
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.recurring import series
from simulators.microsoft.domain.account.accounts import WRITERS, Account
from simulators.microsoft.http.person_api import OutlookPerson
from simulators.microsoft.http.simulator import Simulator

PAGES = Pages(Brand("Microsoft", "Outlook Calendar", "Sign in to your account"))


def pages_router(simulator: Simulator) -> APIRouter:
    """Return `/` and the forms on it."""
    return person_pages(PAGES, OutlookPerson(simulator), lambda account: _calendars(simulator, account))


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
    return [_line(item, zone) for item in series.found_in(calendar, now, now + AHEAD)[:MOST_LINES]]


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
