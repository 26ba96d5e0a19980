"""The methods of the Calendar API as functions over the world: one table, no HTTP."""

from collections.abc import Callable

from simulators.google.domain.account import calendar_lists
from simulators.google.domain.call import Call, Json
from simulators.google.domain.errors import GoogleError, not_found
from simulators.google.domain.events import event_methods
from simulators.google.domain.push import watching

OPERATIONS: dict[str, Callable[[Call], Json]] = {
    "calendar.calendarList.list": calendar_lists.list_calendars,
    "calendar.calendarList.get": calendar_lists.get_entry,
    "calendar.calendarList.watch": watching.watch_list,
    "calendar.calendars.get": calendar_lists.get_calendar,
    "calendar.events.list": event_methods.list_events,
    "calendar.events.get": event_methods.get_event,
    "calendar.events.instances": event_methods.list_instances,
    "calendar.events.insert": event_methods.insert_event,
    "calendar.events.import": event_methods.import_event,
    "calendar.events.patch": event_methods.change_event,
    "calendar.events.update": event_methods.change_event,
    "calendar.events.delete": event_methods.delete_event,
    "calendar.events.move": event_methods.move_event,
    "calendar.events.watch": watching.watch_events,
    "calendar.channels.stop": watching.stop,
}
# What a read-only scope does not allow.
WRITES = frozenset({f"calendar.events.{name}" for name in ("insert", "import", "patch", "update", "delete", "move")})


def perform(call: Call) -> Json:
    """Run the operation; what the simulator does not know is 501."""
    handler = OPERATIONS.get(call.operation)
    if handler is None:
        raise GoogleError(501, "notImplemented", f"{call.operation} is not simulated.")
    if call.path.get("calendarId") == "":
        raise not_found()
    return handler(call)
