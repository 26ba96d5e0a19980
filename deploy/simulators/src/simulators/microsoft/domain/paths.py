"""From a path to what it means: the forms in which Graph takes one and the same (providers/graph.md 2.7, trap 15)."""

from urllib.parse import unquote

from simulators.frame.store.errors import access_denied
from simulators.microsoft.domain.account.accounts import Account
from simulators.microsoft.domain.call import Route
from simulators.microsoft.domain.errors import GraphError, unknown_segment

_ANSWERS = {
    "accept": "accepted",
    "decline": "declined",
    "tentativelyaccept": "tentativelyAccepted",
}
_ACTS = {"cancel": "cancel", **dict.fromkeys(_ANSWERS, "respond")}
_METHODS = {
    "events": {"GET": "events.list", "POST": "events.create"},
    "event": {"GET": "events.get", "PATCH": "events.update", "DELETE": "events.delete"},
    "subscriptions": {"GET": "subscriptions.list", "POST": "subscriptions.create"},
    "subscription": {
        "GET": "subscriptions.get",
        "PATCH": "subscriptions.update",
        "DELETE": "subscriptions.delete",
    },
}


def resolve(method: str, path: str, account: Account) -> Route:
    """The route of a raw path below `/v1.0/`; 400, 403 or 405 for others."""
    segments = [unquote(one) for one in path.strip("/").split("/")]
    if segments[0].lower() == "subscriptions":
        return _subscription(method, segments[1:])
    rest = _of_the_caller(segments, account)
    if not rest:
        return Route(_only("GET", method, "user.get"))
    head = rest[0].lower()
    if head == "calendars" and len(rest) <= 2:
        operation = "calendars.list" if len(rest) == 1 else "calendars.get"
        return Route(_only("GET", method, operation), *rest[1:])
    if head == "calendars":
        return _in_calendar(method, rest[2:], rest[1])
    if head == "calendar":
        return _in_calendar(method, rest[1:], "primary") if rest[1:] else Route("calendars.get", "primary")
    return _in_mailbox(method, rest)


def _of_the_caller(segments: list[str], account: Account) -> list[str]:
    if segments[0].lower() == "me":
        return segments[1:]
    if segments[0].lower() == "users" and len(segments) > 1:
        if segments[1].lower() not in {account.user_id, account.email}:
            raise access_denied()
        return segments[2:]
    raise unknown_segment(segments[0])


def _in_mailbox(method: str, rest: list[str]) -> Route:
    head = rest[0].lower()
    if head == "mailboxsettings" and len(rest) == 1:
        return Route(_only("GET", method, "mailboxSettings.get"))
    if _function(head) == "translateexchangeids" and len(rest) == 1:
        return Route(_only("POST", method, "ids.translate"))
    # A calendar's view and delta exist for one calendar only; `/me/events` is all of the mailbox.
    one_calendar = head != "events" or (len(rest) > 1 and _function(rest[1]) == "delta")
    return _in_calendar(method, rest, "primary" if one_calendar else None)


def _in_calendar(method: str, rest: list[str], calendar: str | None) -> Route:
    head, more = rest[0].lower(), rest[1:]
    if head == "calendarview":
        if more and _function(more[0]) == "delta":
            return Route(_only("GET", method, "calendarView.delta"), calendar)
        if not more:
            return Route(_only("GET", method, "calendarView.list"), calendar)
    if head == "events":
        return _events(method, more, calendar)
    raise unknown_segment(rest[0])


def _events(method: str, rest: list[str], calendar: str | None) -> Route:
    if not rest:
        return Route(_by_method("events", method), calendar)
    if _function(rest[0]) == "delta":
        return Route(_only("GET", method, "events.delta"), calendar)
    event = rest[0]
    if len(rest) == 1:
        return Route(_by_method("event", method), calendar, event)
    act = _function(rest[1])
    if act == "instances":
        return Route(_only("GET", method, "events.instances"), calendar, event)
    if act in _ACTS and len(rest) == 2:
        return Route(_only("POST", method, f"events.{_ACTS[act]}"), calendar, event, action=_ANSWERS.get(act, ""))
    raise unknown_segment(rest[1])


def _subscription(method: str, rest: list[str]) -> Route:
    if not rest:
        return Route(_by_method("subscriptions", method))
    if len(rest) == 1:
        return Route(_by_method("subscription", method), subscription=rest[0])
    if _function(rest[1]) == "reauthorize":
        return Route(_only("POST", method, "subscriptions.reauthorize"), subscription=rest[0])
    raise unknown_segment(rest[1])


def _function(segment: str) -> str:
    """`delta`, `delta()` and `microsoft.graph.delta()` are the same."""
    return segment.lower().removeprefix("microsoft.graph.").removesuffix("()")


def _by_method(kind: str, method: str) -> str:
    if method not in _METHODS[kind]:
        raise _not_allowed(method)
    return _METHODS[kind][method]


def _only(wanted: str, method: str, operation: str) -> str:
    if method != wanted:
        raise _not_allowed(method)
    return operation


def _not_allowed(method: str) -> GraphError:
    return GraphError(
        405, "Request_BadRequest", f"Specified HTTP method is not allowed for the request target: {method}."
    )
