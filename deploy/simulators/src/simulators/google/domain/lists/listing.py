"""Pages of `events.list`: full, incremental by the change log, expanded or ordered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from simulators.frame.domain import tokens
from simulators.google.domain import times
from simulators.google.domain.errors import full_sync_required, invalid, updated_min_too_long_ago
from simulators.google.domain.events import views
from simulators.google.domain.events.calendar import Calendar, Event
from simulators.google.domain.lists import queries
from simulators.google.domain.lists.queries import Query
from simulators.google.domain.recurring import recurrence

# How long Google remembers deletions for `updatedMin` (observed: about four weeks).
_MEMORY = timedelta(days=28)
# Deleting a series tells about half a year of its instances when lists are expanded.
_CANCELLED_AHEAD = timedelta(days=183)
_REMEMBERED_LISTS = 8


@dataclass(frozen=True, slots=True)
class Quirks:
    """The traps that touch one page, already drawn."""

    empty_page: bool = False
    repeat_row: bool = False
    exception_first: bool = False
    no_token: bool = False
    invisible: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Stored events of one page, and the token that comes with them."""

    items: list[Event]
    next_page: str | None = None
    next_sync: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a list stands: changes after `since`, walked up to `position`."""

    since: int
    position: int


def list_events(calendar: Calendar, query: Query, now: datetime, quirks: Quirks) -> Page:
    """One page, as `events.list` gives it."""
    if query.updated_min and query.updated_min < now - _MEMORY:
        raise updated_min_too_long_ago()
    place = _place(calendar, query)
    if quirks.invisible and query.sync_token:
        return Page([], next_sync=query.sync_token)
    if quirks.empty_page:
        return Page([], next_page=_page_token(query, place.position))
    if query.single or query.order_by:
        page = _from_list(calendar, query, place, now)
    else:
        page = _from_log(calendar, query, place, repeat=quirks.repeat_row)
    items = sorted(page.items, key=recurrence.is_master) if quirks.exception_first else page.items
    return Page(items, page.next_page, None if quirks.no_token else page.next_sync)


def list_instances(calendar: Calendar, master: Event, query: Query) -> Page:
    """One page of `events.instances`."""
    fitting = [
        event
        for event in views.instances(calendar, master, deleted=query.show_deleted)
        if queries.in_window(event, query, calendar)
    ]
    at = _position(query)
    chosen = fitting[at : at + query.page_size]
    end = at + len(chosen)
    return Page(chosen, _page_token(query, end) if end < len(fitting) else None)


def sync_token(calendar: Calendar, query: Query, seq: int) -> str:
    """A token that stands for "everything up to this change"."""
    return tokens.encode({"c": calendar.key, "e": calendar.epoch, "s": seq, "same": query.same})


def _place(calendar: Calendar, query: Query) -> _Place:
    since = _since(calendar, query)
    if query.page_token is None:
        return _Place(since, 0 if query.single or query.order_by else since)
    return _Place(since, _position(query))


def _since(calendar: Calendar, query: Query) -> int:
    if query.sync_token is None:
        return 0
    content = tokens.decode(query.sync_token) or {}
    if content.get("c") != calendar.key or content.get("e") != calendar.epoch:
        raise full_sync_required()
    if content["same"] != query.same:
        raise invalid("The query parameters differ from those of the initial synchronization.")
    return int(content["s"])


def _position(query: Query) -> int:
    if query.page_token is None:
        return 0
    content = tokens.decode(query.page_token) or {}
    if content.get("q") != query.exact:
        raise invalid("Invalid page token value.")
    return int(content["at"])


def _page_token(query: Query, position: int) -> str:
    return tokens.encode({"q": query.exact, "at": position})


def _from_log(calendar: Calendar, query: Query, place: _Place, *, repeat: bool) -> Page:
    # Walking the change log makes a page cost its own length, whatever the calendar holds; an
    # event changed between two pages comes a second time, as it does at Google.
    items: list[Event] = []
    position = last = place.position
    for row in _candidates(calendar, query, place.position):
        if not _wanted(row.event, query, calendar):
            continue
        if len(items) == query.page_size:
            at = last if repeat and query.page_size > 1 else position
            return Page(items, next_page=_page_token(query, at))
        items.append(row.event)
        last, position = position, row.seq
    token = sync_token(calendar, query, calendar.seq) if query.syncable else None
    return Page(items, next_sync=token)


def _candidates(calendar: Calendar, query: Query, after: int) -> Iterator[Any]:
    if query.private:
        ids = calendar.by_private.get(query.private[0], set())
    elif query.uid:
        ids = calendar.by_uid.get(query.uid, set())
    else:
        return calendar.changed_since(after)
    rows = sorted((calendar.rows[one] for one in ids), key=lambda row: row.seq)
    return (row for row in rows if row.seq > after)


def _wanted(event: Event, query: Query, calendar: Calendar) -> bool:
    if not queries.deletion_fits(event, query, calendar):
        return False
    return queries.fits(event, query, calendar)


def _from_list(calendar: Calendar, query: Query, place: _Place, now: datetime) -> Page:
    found = _remembered(calendar, query, place.since, now)
    chosen = found[place.position : place.position + query.page_size]
    end = place.position + len(chosen)
    if end < len(found):
        return Page(chosen, next_page=_page_token(query, end))
    token = sync_token(calendar, query, calendar.seq) if query.syncable else None
    return Page(chosen, next_sync=token)


def _remembered(calendar: Calendar, query: Query, since: int, now: datetime) -> list[Event]:
    seq, found = calendar.memo.get(query.exact, (-1, []))
    if seq != calendar.seq:
        found = _ordered(calendar, query, list(_expanded(calendar, query, since, now)))
        while len(calendar.memo) >= _REMEMBERED_LISTS:
            calendar.memo.pop(next(iter(calendar.memo)))
        calendar.memo[query.exact] = (calendar.seq, found)
    return found


def _expanded(calendar: Calendar, query: Query, since: int, now: datetime) -> Iterator[Event]:
    for row in calendar.changed_since(since):
        event = row.event
        if not query.single or not recurrence.is_master(event):
            if _wanted(event, query, calendar) and not _shown_by_master(calendar, query, event):
                yield event
            continue
        for one in _instances(calendar, event, query, now):
            if _wanted(one, query, calendar):
                yield one


def _shown_by_master(calendar: Calendar, query: Query, event: Event) -> bool:
    # In a full expanded list the series brings its exceptions along.
    master = calendar.get(event.get("recurringEventId", ""))
    if not query.single or query.sync_token or master is None:
        return False
    return recurrence.is_master(master) and master["status"] != "cancelled"


def _instances(calendar: Calendar, master: Event, query: Query, now: datetime) -> Iterator[Event]:
    if master["status"] == "cancelled":
        until = now.astimezone(UTC) + _CANCELLED_AHEAD
        for original in recurrence.originals(master, now, until):
            yield recurrence.instance(master, original)
        return
    changed = {event["id"]: event for event in calendar.exceptions(master["id"])}
    found = recurrence.originals(master, query.time_min, query.time_max)
    for number, original in enumerate(found):
        if number >= recurrence.MAX_INSTANCES:
            break
        plain = recurrence.instance(master, original)
        if plain["id"] not in changed:
            yield plain
    if not query.sync_token:
        yield from changed.values()


def _ordered(calendar: Calendar, query: Query, events: list[Event]) -> list[Event]:
    if query.order_by == "updated":
        return sorted(events, key=lambda event: str(event["updated"]))
    if query.order_by == "startTime":
        return sorted(events, key=lambda one: times.instant(one["start"], calendar.time_zone))
    return events
