"""All operations by their names."""

from collections.abc import Callable

from simulators.microsoft.domain.account import account_methods
from simulators.microsoft.domain.call import Call, Json
from simulators.microsoft.domain.events import event_methods
from simulators.microsoft.domain.lists import list_methods
from simulators.microsoft.domain.push import watching

WRITES = frozenset({"events.create", "events.update", "events.delete", "events.cancel", "events.respond"})
_HANDLERS: dict[str, Callable[[Call], Json]] = {
    "user.get": account_methods.get_user,
    "mailboxSettings.get": account_methods.get_settings,
    "calendars.list": account_methods.list_calendars,
    "calendars.get": account_methods.get_calendar,
    "events.list": list_methods.list_events,
    "events.create": event_methods.create_event,
    "events.get": event_methods.get_event,
    "events.update": event_methods.update_event,
    "events.delete": event_methods.delete_event,
    "events.instances": list_methods.list_instances,
    "events.cancel": event_methods.cancel_event,
    "events.respond": event_methods.respond,
    "events.delta": list_methods.read_delta,
    "calendarView.list": list_methods.list_view,
    "calendarView.delta": list_methods.read_delta,
    "ids.translate": account_methods.translate_ids,
    **watching.HANDLERS,
}


def perform(call: Call) -> Json:
    """Answer the call."""
    return _HANDLERS[call.operation](call)
