"""The page of a mailbox's owner, alike behind Graph and EWS: his calendars, and what comes in them."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter

from simulators.frame.http.pages import Line, Pages, Shown
from simulators.frame.http.person_pages import AHEAD, MOST_LINES, person_pages
from simulators.frame.http.store_person import StorePerson
from simulators.frame.store import ids, zones
from simulators.frame.store.calendar import Item
from simulators.frame.store.recurring.series import found_in


def store_pages(pages: Pages, person: StorePerson[Any], writers: frozenset[str]) -> APIRouter:
    """Return `/` and the forms on it; `writers`: the roles that may write."""

    def calendars(account: Any) -> list[Shown]:  # noqa: ANN401 - each provider has its own
        live = {key: entry for key, entry in account.entries.items() if not entry.deleted}
        return [_calendar(person, account, key, entry, writers) for key, entry in live.items()]

    return person_pages(pages, person, calendars)


def _calendar(person: StorePerson[Any], account: Any, key: str, entry: Any, writers: frozenset[str]) -> Shown:  # noqa: ANN401 - as above
    calendar = person.world.calendars[entry.calendar]
    about = (entry.role, account.time_zone, *(["default"] if entry.default else []))
    now = person.simulator.now()
    coming = found_in(calendar, now, now + AHEAD)[:MOST_LINES]
    return Shown(
        key, calendar.name, about, entry.role in writers, [_line(person, one, account.time_zone) for one in coming]
    )


def _line(person: StorePerson[Any], item: Item, zone: str) -> Line:
    all_day = bool(item.fields["isAllDay"])
    local: datetime = item.start.local if all_day else item.start.instant.astimezone(zones.zone(zone))
    guests = [(one["emailAddress"]["address"], one["status"]["response"]) for one in item.fields["attendees"]]
    return Line(
        id=person.id_of(ids.Ref(item.master or item.key, item.day), item.folder),
        title=item.fields["subject"] or "(no title)",
        start=f"{local:%Y-%m-%dT%H:%M}",
        minutes=int((item.end.instant - item.start.instant).total_seconds() // 60),
        all_day=all_day,
        in_series=item.master is not None,
        guests=tuple(f"{address} ({answer})" for address, answer in guests),
    )
