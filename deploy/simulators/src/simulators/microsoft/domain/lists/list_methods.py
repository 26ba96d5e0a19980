"""The methods that list events: singles and masters, a window, a series' occurrences, and the two deltas."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from simulators.frame.store.calendar import Calendar, Item, property_name
from simulators.frame.store.errors import invalid_request
from simulators.frame.store.recurring import series
from simulators.microsoft.domain.call import Call, Json, collection
from simulators.microsoft.domain.errors import GraphError, invalid_parameter, sync_state_gone
from simulators.microsoft.domain.lists import delta, options

#: "Maximum number of days: 1825" (calendarView).
LONGEST_VIEW = timedelta(days=1825)


def list_events(call: Call) -> Json:
    """Answer `events`: singles and masters, of one calendar or of all of one's own."""
    found: list[Json] = []
    chosen = _filter(call)
    for calendar in _calendars(call):
        entry = call.account.entries[call.account.id_of(calendar.key) or ""]
        view = call.view(entry)
        plain = type(view)(sees_private=view.sees_private)
        for item in _candidates(calendar, chosen.needle if chosen else None):
            if item.deleted or item.master is not None:
                continue
            if chosen is None or chosen.passes(plain.full(item), item.properties):
                found.append({"calendar": calendar, "view": view, "item": item})
    found = _ordered(found, call.options.order)
    page, more = call.page_of(found)
    rows = [call.shown(one["calendar"], one["view"], one["item"]) for one in page]
    answer = collection(rows, more)
    return answer | ({"@odata.count": len(found)} if call.options.count else {})


def _filter(call: Call) -> Any:  # noqa: ANN401 - the parser is imported only where it is needed
    """The compiled `$filter`, if there is one."""
    if call.options.filter is None:
        return None
    # The OData grammar takes a fifth of a second to load, and few calls need it.
    from simulators.microsoft.domain.lists import filters  # noqa: PLC0415

    return filters.compiled(call.options.filter)


def _calendars(call: Call) -> list[Calendar]:
    if call.route.calendar is not None:
        return [call.calendar()[0]]
    kept = [entry.calendar for entry in call.account.entries.values() if not entry.deleted]
    found = (call.world.calendars[key] for key in kept)
    return [calendar for calendar in found if calendar.owner == call.account.email]


def _candidates(calendar: Calendar, needle: tuple[str, str] | None) -> list[Item]:
    if needle is None:
        return list(calendar.live())
    keys = calendar.by_property.get(property_name(*needle), set())
    return [calendar.items[key] for key in sorted(keys)]


_ORDERS: dict[str, Callable[[Item], Any]] = {
    "start/dateTime": lambda item: item.start.instant,
    "end/dateTime": lambda item: item.end.instant,
    "createdDateTime": lambda item: item.created,
    "lastModifiedDateTime": lambda item: item.modified,
    "subject": lambda item: item.fields["subject"].casefold(),
}


def _ordered(found: list[Json], order: str | None) -> list[Json]:
    if order is None:
        return found
    name, _, direction = order.strip().partition(" ")
    if name not in _ORDERS:
        raise invalid_request(f"The property '{name}' does not support sorting.")
    return sorted(found, key=lambda one: _ORDERS[name](one["item"]), reverse=direction.strip() == "desc")


def list_view(call: Call) -> Json:
    """Answer `calendarView`: everything of a window, series expanded."""
    calendar, entry = call.calendar()
    window = _window(call)
    view = call.view(entry)
    page, more = call.page_of(series.found_in(calendar, window.low, window.high))
    return collection([call.shown(calendar, view, item) for item in page], more)


def _window(call: Call) -> delta.Window:
    given = {name.lower(): value for name, value in call.query.items()}
    window = delta.window_of(given.get("startdatetime"), given.get("enddatetime"))
    if window.high <= window.low:
        raise invalid_parameter("EndDateTime", given["enddatetime"])
    if window.high - window.low > LONGEST_VIEW:
        raise invalid_request(
            "Your request can't be completed. The range between the start and end dates is greater than the allowed "
            f"range. Maximum number of days: {LONGEST_VIEW.days}"
        )
    return window


def list_instances(call: Call) -> Json:
    """Answer `instances`: a series' occurrences in a window, exceptions among them."""
    calendar, entry, master = call.event()
    if not master.is_series:
        raise invalid_request("The event is not a series master.")
    window = _window(call)
    view = call.view(entry)
    found = [item for item in series.found_in(calendar, window.low, window.high) if item.master == master.key]
    page, more = call.page_of(found)
    return collection([call.shown(calendar, view, item) for item in page], more)


def read_delta(call: Call) -> Json:
    """Answer both delta functions."""
    calendar, entry = call.calendar()
    place = _place(call, calendar)
    in_view = call.operation == "calendarView.delta"
    quirks = delta.Quirks(
        with_master=in_view and call.trap("delta.with_master") is not None,
        sparse=not in_view and call.trap("delta.sparse_events") is not None,
        empty_page=call.trap("delta.empty_page") is not None,
        repeat_row=call.trap("delta.repeat_row") is not None,
        invisible="$deltatoken" in call.query and call.trap("push.before_visible") is not None,
        occurrences_removed=in_view and call.trap("delta.occurrences_removed") is not None,
    )
    size = min(call.prefer.page_size or options.DEFAULT_PAGE, call.world.page_cap or options.MAX_PAGE)
    page = delta.page(calendar, place, size, call.view(entry), quirks)
    name = "$skiptoken" if page.more else "$deltatoken"
    kind = "@odata.nextLink" if page.more else "@odata.deltaLink"
    return {"value": page.rows, kind: call.link(**{name: page.place.token()})}


_REFUSED = ("$select", "$expand", "$filter", "$orderby", "$search", "$top")


def _place(call: Call, calendar: Calendar) -> delta.Place:
    token = call.query.get("$deltatoken") or call.query.get("$skiptoken")
    if token:
        place = delta.resume(token)
        anew = _anew(call, place)
        _strike(call, anew)
        if (place.calendar, place.epoch) != (calendar.key, calendar.epoch):
            raise sync_state_gone(anew)
        return place
    refused = [name for name in _REFUSED if name in call.query]
    if refused:
        raise invalid_request(f"The query parameter '{refused[0]}' is not supported with delta.")
    if call.operation == "calendarView.delta":
        return delta.begin(calendar, _window(call))
    if any(name.lower() in {"startdatetime", "enddatetime"} and not value for name, value in call.query.items()):
        raise invalid_parameter("StartDateTime", "")
    return delta.begin(calendar, None)


def _anew(call: Call, place: delta.Place) -> str:
    """Where a new round over the same window begins: with an empty token."""
    window = place.window
    given = {"startDateTime": window.low.isoformat(), "endDateTime": window.high.isoformat()} if window else {}
    return call.link(**given, **{"$deltatoken": ""})


def _strike(call: Call, anew: str) -> None:
    between = "$skiptoken" in call.query
    if call.trap("delta.410_between_pages" if between else "delta.410_first") is not None:
        raise sync_state_gone(anew)
    if between and call.trap("delta.503_between_pages") is not None:
        raise GraphError(503, "ErrorServerBusy", "The server is busy. Please try again later.")
