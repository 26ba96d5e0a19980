"""The methods of `events` but `watch`."""

from simulators.google.domain import times
from simulators.google.domain.account.accounts import WRITERS, Entry
from simulators.google.domain.call import Call, Json
from simulators.google.domain.errors import full_sync_required, invalid, required, writer_required
from simulators.google.domain.events import writing
from simulators.google.domain.events.calendar import Calendar, Event
from simulators.google.domain.events.views import View
from simulators.google.domain.lists import listing, queries
from simulators.google.domain.recurring import recurrence, series


def _frame(calendar: Calendar, entry: Entry, page: listing.Page, view: View) -> Json:
    newest = calendar.rows[calendar.log[-1][1]].event["updated"] if calendar.log else None
    answer: Json = {
        "kind": "calendar#events",
        "etag": f'"p{calendar.seq}"',
        "summary": calendar.summary,
        "timeZone": view.zone,
        "accessRole": entry.role,
        "updated": newest or "2020-01-01T00:00:00.000Z",
        "defaultReminders": [{"method": "popup", "minutes": 30}] if entry.primary else [],
        "items": [view.render(event) for event in page.items],
    }
    if page.next_page:
        answer["nextPageToken"] = page.next_page
    if page.next_sync:
        answer["nextSyncToken"] = page.next_sync
    return answer


def list_events(call: Call) -> Json:
    """Answer `events.list`."""
    calendar, entry = call.calendar()
    query = queries.parse(call.query, call.world.page_cap)
    _refuse_tokens(call, query)
    if call.trap("tombstone.stranger") is not None:
        series.tombstone_of_nobody(calendar, call.act())
    quirks = listing.Quirks(
        empty_page=call.trap("list.empty_page") is not None,
        repeat_row=call.trap("list.repeat_row") is not None,
        exception_first=call.trap("list.exception_first") is not None,
        no_token=call.trap("list.no_token") is not None,
        invisible=query.sync_token is not None
        and query.page_token is None
        and call.trap("push.before_visible") is not None,
    )
    page = listing.list_events(calendar, query, call.now, quirks)
    return _frame(calendar, entry, page, call.view(calendar, entry.role, page.items))


def _refuse_tokens(call: Call, query: queries.Query) -> None:
    first = query.sync_token and query.page_token is None
    if first and call.trap("list.410_first") is not None:
        raise full_sync_required()
    if query.page_token and call.trap("list.410_between_pages") is not None:
        raise full_sync_required()


def list_instances(call: Call) -> Json:
    """Answer `events.instances`."""
    calendar, entry = call.calendar()
    master = writing.existing(calendar, call.path["eventId"])
    if not recurrence.is_master(master):
        raise invalid("Not a recurring event.")
    asked = {name: value for name, value in call.query.items() if name != "originalStart"}
    page = listing.list_instances(calendar, master, queries.parse(asked, call.world.page_cap))
    if "originalStart" in call.query:
        wanted = call.query["originalStart"]
        page = listing.Page([one for one in page.items if times.same(one["originalStartTime"], wanted)])
    return _frame(calendar, entry, page, call.view(calendar, entry.role, page.items))


def get_event(call: Call) -> Json:
    """Answer `events.get`: deleted events too, with status cancelled."""
    calendar, entry = call.calendar()
    event = writing.existing(calendar, call.path["eventId"])
    return call.view(calendar, entry.role, [event]).render(event)


def _shown(call: Call, calendar: Calendar, event: Event, what: str) -> Json:
    call.world.mail(event, what, call.updates(), call.now)
    if call.trap("etag.bump_without_change") is not None:
        writing.touch(calendar, event["id"], call.act())
    role = call.account.entries[calendar.id].role
    return View(role, calendar.time_zone, call.query.get("maxAttendees")).render(event)


def _body(call: Call) -> Json:
    kept = dict(call.body)
    if call.query.get("conferenceDataVersion", 0) == 0:
        kept.pop("conferenceData", None)
    return kept


def insert_event(call: Call) -> Json:
    """Answer `events.insert`."""
    calendar = call.writable()
    return _shown(call, calendar, writing.insert(calendar, _body(call), call.act()), "insert")


def import_event(call: Call) -> Json:
    """Answer `events.import`."""
    calendar = call.writable()
    if not call.body.get("iCalUID"):
        raise required("Missing iCalUID.")
    return _shown(call, calendar, writing.import_event(calendar, _body(call), call.act()), "import")


def change_event(call: Call) -> Json:
    """Answer `events.patch` and `events.update`."""
    calendar = call.writable()
    replace = call.operation == "calendar.events.update"
    event = writing.change(
        calendar,
        call.path["eventId"],
        _body(call),
        call.act(),
        replace=replace,
        if_match=call.if_match,
    )
    return _shown(call, calendar, event, "update")


def delete_event(call: Call) -> Json:
    """Answer `events.delete`: nothing (204)."""
    calendar = call.writable()
    event = writing.delete(calendar, call.path["eventId"], call.act(), call.if_match)
    call.world.mail(event, "delete", call.updates(), call.now)
    return {}


def move_event(call: Call) -> Json:
    """Answer `events.move`."""
    source = call.writable()
    target, entry = call.world.calendar(call.account, call.query["destination"])
    if entry.role not in WRITERS:
        raise writer_required()
    event = writing.move(source, target, call.path["eventId"], call.act())
    return _shown(call, target, event, "move")
