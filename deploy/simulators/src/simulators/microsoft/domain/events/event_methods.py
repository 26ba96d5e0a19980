"""The methods of single events: get, create, update, delete, cancel, and a guest's answers."""

from simulators.frame.store import writing
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.errors import access_denied
from simulators.frame.store.mailboxes import WRITERS
from simulators.microsoft.domain import schema
from simulators.microsoft.domain.call import Call, Json
from simulators.microsoft.domain.errors import GraphError


def get_event(call: Call) -> Json:
    """Answer one event."""
    calendar, entry, item = call.event()
    return call.shown(calendar, call.view(entry), item)


def create_event(call: Call) -> Json:
    """Answer a new event (201); what the client gave as extended properties is not in the answer."""
    schema.check(call.body, schema.EVENT)
    calendar = call.writable()
    item = writing.create(calendar, call.body, call.act())
    call.status = 201
    return _written(call, calendar, item)


def update_event(call: Call) -> Json:
    """Answer a changed event."""
    schema.check(call.body, schema.EVENT)
    calendar, item = _changeable(call)
    writing.check_etag(item, call.if_match)
    return _written(call, calendar, writing.change(calendar, item, call.body, call.act()))


def _written(call: Call, calendar: Calendar, item: Item) -> Json:
    entry = call.account.entries[call.account.id_of(calendar.key) or ""]
    shown = call.view(entry).full(item)
    if call.trap("etag.bump_at_once") is not None:
        writing.touch(calendar, item, call.act())
    return shown


def _changeable(call: Call) -> tuple[Calendar, Item]:
    calendar, entry, item = call.event()
    if entry.role not in WRITERS:
        raise access_denied()
    return calendar, item


def delete_event(call: Call) -> Json:
    """Answer nothing (204); the organizer's guests are told."""
    calendar, item = _changeable(call)
    if call.trap("delete.ignores_if_match") is None:
        writing.check_etag(item, call.if_match)
    writing.delete(calendar, item, call.act())
    call.status = 204
    return {}


def cancel_event(call: Call) -> Json:
    """Answer 202; like deleting, with a word to the guests."""
    calendar, item = _changeable(call)
    if not item.fields["isOrganizer"]:
        raise GraphError(400, "ErrorAccessDenied", "You need to be an organizer to cancel a meeting.")
    writing.delete(calendar, item, call.act(), "cancel")
    call.status = 202
    return {}


def respond(call: Call) -> Json:
    """Answer 202 to a guest's answer."""
    calendar, item = _changeable(call)
    writing.respond(calendar, item, call.route.action, call.act())
    call.status = 202
    return {}
