"""Pages of the two delta functions: walked along a calendar's change log, the place kept in the token."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulators.frame.domain import tokens
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.recurring import series
from simulators.microsoft.domain import times
from simulators.microsoft.domain.errors import bad_token
from simulators.microsoft.domain.events.views import View

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when, for `calendarView/delta`; None for `events/delta`, which has masters and no window."""

    low: datetime
    high: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a round stands: what changed after `since` (None: the first round, everything), walked up to `at`.

    `begun`: how far the calendar was when the first round began.
    """

    calendar: str
    epoch: int
    since: int | None
    at: int
    window: Window | None
    begun: int

    def token(self) -> str:
        """The place as an opaque token."""
        window = [self.window.low.isoformat(), self.window.high.isoformat()] if self.window else None
        return tokens.encode(
            {"c": self.calendar, "e": self.epoch, "s": self.since, "at": self.at, "w": window, "b": self.begun}
        )


@dataclass(frozen=True, slots=True)
class Quirks:
    """The traps that touch one page, already drawn."""

    with_master: bool = False
    sparse: bool = False
    empty_page: bool = False
    repeat_row: bool = False
    invisible: bool = False
    occurrences_removed: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page, and the place of the next (`more`) or of the next round."""

    rows: list[Json]
    place: Place
    more: bool


def begin(calendar: Calendar, window: Window | None) -> Place:
    """A new round over everything."""
    return Place(calendar.key, calendar.epoch, None, 0, window, calendar.seq)


def resume(token: str) -> Place:
    """The place of a token, 400 for one that is none; whether it is still worth anything is the caller's question."""
    content = tokens.decode(token)
    if content is None or "c" not in content:
        raise bad_token()
    given = content["w"]
    window = Window(*(datetime.fromisoformat(one) for one in given)) if given else None
    return Place(content["c"], content["e"], content["s"], content["at"], window, content["b"])


def page(calendar: Calendar, place: Place, size: int, view: View, quirks: Quirks) -> Page:
    """One page: it may hold more rows than asked for, because a series is not split."""
    if quirks.invisible and place.since is not None:
        return Page([], place, more=False)
    if quirks.empty_page:
        return Page([], place, more=True)
    rows: list[Json] = []
    at = last = place.at
    in_view = place.window is not None
    for item in calendar.changed_since(place.at, view=in_view):
        found = list(_rows(calendar, item, place, view, quirks))
        if rows and len(rows) + len(found) > size:
            again = last if quirks.repeat_row else at
            return Page(rows, _moved(place, place.since, again), more=True)
        if found:
            rows += found
            last = at
        at = item.view_seq if in_view else item.seq
    return Page(rows, _moved(place, calendar.seq, calendar.seq), more=False)


def _moved(place: Place, since: int | None, at: int) -> Place:
    return Place(place.calendar, place.epoch, since, at, place.window, place.begun)


def _rows(calendar: Calendar, item: Item, place: Place, view: View, quirks: Quirks) -> Iterator[Json]:
    if item.deleted:
        # What is deleted while the first round runs may have been shown on an earlier page.
        if place.since is not None or item.seq > place.begun:
            yield from _gone(item, place, view, quirks)
    elif place.window is None:
        yield from _event_rows(item, view, quirks)
    elif item.is_series:
        yield from _series_rows(calendar, item, place.window, view, quirks, incremental=place.since is not None)
    elif series.overlaps(item, place.window.low, place.window.high):
        yield _typed(view.full(item))
    elif place.since is not None:
        # "removed" is also said of what was changed outside the window: it is no proof of deletion.
        yield view.removed(item)


def _gone(item: Item, place: Place, view: View, quirks: Quirks) -> Iterator[Json]:
    if place.window is None and quirks.sparse and item.master is not None:
        return
    yield view.removed(item)
    if quirks.occurrences_removed and item.recurrence and place.window:
        for start in series.starts(item, place.window.low, place.window.high):
            yield view.removed(series.occurrence(item, start))


def _event_rows(item: Item, view: View, quirks: Quirks) -> Iterator[Json]:
    if not quirks.sparse:
        yield _typed(view.full(item))
    elif item.master is None:
        yield view.sparse(item)


def _series_rows(
    calendar: Calendar, master: Item, window: Window, view: View, quirks: Quirks, *, incremental: bool
) -> Iterator[Json]:
    found = [view.bare(one) for one in series.plain(calendar, master, window.low, window.high)]
    if not found and incremental:
        yield view.removed(master)
    elif quirks.with_master:
        yield _typed(view.full(master))
    yield from found


def _typed(row: Json) -> Json:
    return {"@odata.type": "#microsoft.graph.event", **row}


def window_of(low: str | None, high: str | None) -> Window:
    """The window of a first call (400 where a side is missing or empty)."""
    return Window(times.instant(low or "", "StartDateTime"), times.instant(high or "", "EndDateTime"))
