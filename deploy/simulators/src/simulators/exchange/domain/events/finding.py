"""FindItem: a folder's items as rows, all of them (series not expanded) or those of a CalendarView (expanded)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from simulators.exchange.domain.account import folders
from simulators.exchange.domain.call import Call
from simulators.exchange.domain.errors import EwsError
from simulators.exchange.domain.events import restrictions, settings_item, shapes, times
from simulators.exchange.domain.events.words import name_of
from simulators.exchange.domain.responses import each, nothing
from simulators.exchange.domain.xml import Element, child, children, local, m, q, t
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.recurring import series

#: "The time span between StartDate and EndDate can be no more than two years" (CalendarView).
_LONGEST_VIEW = timedelta(days=2 * 366)
_MOST = 1000

_ORDERS: Mapping[str, Callable[[Item], Any]] = {
    "Start": lambda item: item.start.instant,
    "End": lambda item: item.end.instant,
    "DateTimeCreated": lambda item: item.created,
    "LastModifiedTime": lambda item: item.modified,
    "Subject": lambda item: item.fields["subject"].casefold(),
}


def find_item(call: Call) -> Element:
    """Answer the items of each folder."""
    targets = children(child(call.request, "m:ParentFolderIds"))
    return each("FindItem", targets, lambda target: _found(call, target), nothing)


def _found(call: Call, target: Element) -> Sequence[Element]:
    if folders.is_without_items(target, call.account.email):
        return [_listed([], total=0, following=None)]
    calendar, entry = call.folder(target)
    if call.request.get("Traversal") == "Associated":
        return [_settings(call, calendar, is_default=entry.default)]
    view = child(call.request, "m:CalendarView")
    if view is not None:
        return [_in_window(call, calendar, view)]
    rows = _ordered(call, _matching(call, calendar))
    page = child(call.request, "m:IndexedPageItemView")
    offset = int(page.get("Offset", "0")) if page is not None else 0
    most = int(page.get("MaxEntriesReturned", _MOST)) if page is not None else _MOST
    if page is not None and page.get("BasePoint") == "End":
        rows = rows[::-1]
    end = offset + min(most, _MOST, call.world.page_cap or _MOST)
    return [_root(call, calendar, rows[offset:end], total=len(rows), following=end)]


def _settings(call: Call, calendar: Calendar, *, is_default: bool) -> Element:
    """The hidden items of a calendar: its working hours, once somebody has opened the mailbox."""
    wanted = {one.get("Value") for one in call.request.iter(q("t:Constant"))} or {settings_item.CLASS}
    opened = is_default and settings_item.CLASS in wanted and call.trap("mailbox.never_opened") is None
    rows = [settings_item.shown(calendar, call.world.accounts[calendar.owner], call.now)] if opened else []
    return _listed(rows, total=len(rows), following=None)


def _in_window(call: Call, calendar: Calendar, view: Element) -> Element:
    low, high = times.instant(view.get("StartDate", "")), times.instant(view.get("EndDate", ""))
    if high < low:
        raise EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate.")
    if high - low > _LONGEST_VIEW:
        raise EwsError("ErrorCalendarViewRangeTooBig", "The calendar view range is too big.")
    for name in ("m:Restriction", "m:SortOrder"):
        if child(call.request, name) is not None:
            raise EwsError("ErrorInvalidRequest", "A CalendarView takes neither Restriction nor SortOrder.")
    rows = series.found_in(calendar, low, high)
    most = min(int(view.get("MaxEntriesReturned", _MOST)), _MOST)
    return _root(call, calendar, rows[:most], total=len(rows), following=None if len(rows) <= most else most)


def _matching(call: Call, calendar: Calendar) -> list[Item]:
    """Singles and masters that pass the restriction; a marker is looked up in the index."""
    given = child(call.request, "m:Restriction")
    if given is None:
        return [item for item in calendar.live() if item.master is None]
    rule = restrictions.compiled(children(given)[0])
    candidates = restrictions.candidates(calendar, children(given)[0])
    return [item for item in candidates if not item.deleted and item.master is None and rule(item)]


def _ordered(call: Call, rows: list[Item]) -> list[Item]:
    for order in reversed(children(child(call.request, "m:SortOrder"))):
        rows = sorted(rows, key=_order(children(order)[0]), reverse=order.get("Order") == "Descending")
    return rows


def _order(path: Element) -> Callable[[Item], Any]:
    if local(path) == "ExtendedFieldURI":
        return restrictions.ordering(path)
    name = name_of(path)
    if name not in _ORDERS:
        raise EwsError("ErrorUnsupportedPathForSortGroup", f"The property {name} does not support sorting.")
    return _ORDERS[name]


def _root(call: Call, calendar: Calendar, rows: list[Item], *, total: int, following: int | None) -> Element:
    shape = call.part("m:ItemShape")
    shown = [shapes.shown(call, calendar, item, shape, summary=True) for item in rows]
    return _listed(shown, total=total, following=following)


def _listed(shown: list[Element], *, total: int, following: int | None) -> Element:
    more = following is not None and following < total
    return m(
        "RootFolder",
        t("Items", shown),
        IndexedPagingOffset=following if more else total,
        TotalItemsInView=total,
        IncludesLastItemInRange=not more,
    )
